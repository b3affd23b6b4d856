"""How long things take, against a stated limit or a named peer, within one run: `./dev bench`."""
