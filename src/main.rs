//! The program `waybill`: reads the command line, does as it says, and chooses the exit code.

use std::process::ExitCode;
use waybill::cli;

fn main() -> ExitCode {
    match cli::run(std::env::args_os()) {
        Ok(end) => ExitCode::from(end.code()),
        Err(error) => {
            cli::complain(&error, std::env::args_os());
            ExitCode::from(cli::code_of(&error))
        }
    }
}
