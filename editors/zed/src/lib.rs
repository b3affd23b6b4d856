//! Starts `rubric lsp` for Zed.
use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct Rubric;

impl zed::Extension for Rubric {
    fn new() -> Self {
        Rubric
    }

    fn language_server_command(&mut self, _: &LanguageServerId, folder: &Worktree) -> Result<Command> {
        let command = folder
            .which("rubric")
            .ok_or_else(|| "rubric was not found: pip install \"rubric-dsl[lsp]\"".to_string())?;
        Ok(Command { command, args: vec!["lsp".to_string()], env: folder.shell_env() })
    }
}

zed::register_extension!(Rubric);
