"""The editor service: what an author sees while writing, over the Language Server Protocol.

`project` knows the documents that are open and compiles them again after each edit, with everything kept that the edit
did not touch; `occurrences` knows what every name in a text stands for. On these two rest `findings`, `completion`,
`hover`, `outline`, `tokens`, `hints`, `lenses` and `names`; `service` answers a request with one of them, and `server`
(pygls) speaks the protocol and nothing else.
"""
