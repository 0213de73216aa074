//! Floor 9: the command line. The only part that reads arguments and prints.

mod args;
mod check;
mod drive;
mod fault;
mod list;
mod log;
mod new;
mod out;
mod reference;
mod replay;
mod resume;
mod run;
mod show;
mod stored;
mod tell;

pub use fault::{End, code_of, complain};

use args::{Command, Waybill};
use clap::Parser;
use std::ffi::OsString;

/// Does what the arguments ask for.
pub fn run(args: impl Iterator<Item = OsString>) -> anyhow::Result<End> {
    let command = match Waybill::try_parse_from(args) {
        Ok(waybill) => waybill.command,
        Err(said) => {
            // Help and versions are answers on standard output; everything else is wrong usage. A pipe may be broken.
            let _ = said.print();
            return Ok(if said.use_stderr() { End::Usage } else { End::Done });
        }
    };
    match command {
        Command::Check(args) => check::check(&args),
        Command::Run(args) => run::run(&args),
        Command::Runs(args) => list::runs(&args),
        Command::Forget(args) => list::forget(&args),
        Command::Show(args) => show::show(&args),
        Command::Log(args) => log::log(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Resume(args) => resume::resume(&args),
        Command::Explain(args) => reference::explain(&args),
        Command::Mechanisms(args) => reference::mechanisms(&args),
        Command::New(args) => new::new(&args),
        Command::Schema(args) => new::schema(&args),
        Command::Completions(args) => new::completions(&args),
        Command::Man(args) => new::man(&args),
    }
}
