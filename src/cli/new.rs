//! `waybill new`, `schema`, `completions` and `man`: what helps to begin, printed from the tables in the code.

use super::args::{CompletionsArgs, ManArgs, NewArgs, SchemaArgs, Template, Waybill};
use super::fault::{self, End};
use super::out;
use crate::scenario;
use anyhow::Context;
use clap::CommandFactory;
use std::fs::OpenOptions;
use std::io::Write;

impl Template {
    fn text(self, title: &str) -> String {
        match self {
            Template::Keys => scenario::skeleton(title),
            Template::Dock => include_str!("../../scenarios/one-dock.toml").to_owned(),
            Template::Convoys => include_str!("../../scenarios/convoys.toml").to_owned(),
            Template::Donation => include_str!("../../scenarios/donation.toml").to_owned(),
        }
    }
}

/// Writes a first scenario; a file that is there stays as it is.
pub fn new(args: &NewArgs) -> anyhow::Result<End> {
    let mut path = args.file.clone();
    if path.extension().is_none() {
        path.set_extension("toml");
    }
    let title = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().replace(['"', '\\'], ""));
    let text = args.template.text(&title);
    let opened = OpenOptions::new().write(true).create_new(true).open(&path);
    let mut file = match opened {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(fault::usage(format!(
                "{} is there already, and stays as it is; choose another name",
                path.display()
            )));
        }
        opened => opened.with_context(|| format!("cannot write {}", path.display()))?,
    };
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    let shown = path.display();
    out::print(&format!("  wrote  {shown}\n  next   waybill check {shown}\n         waybill run {shown}\n"))?;
    Ok(End::Done)
}

/// JSON Schema of scenario files.
pub fn schema(_: &SchemaArgs) -> anyhow::Result<End> {
    out::print(&format!("{:#}\n", scenario::schema()))?;
    Ok(End::Done)
}

/// A shell's completions.
pub fn completions(args: &CompletionsArgs) -> anyhow::Result<End> {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut Waybill::command(), "waybill", &mut bytes);
    out::print(&String::from_utf8(bytes).context("completions are text")?)?;
    Ok(End::Done)
}

/// The manual page of waybill, or of one of its verbs.
pub fn man(args: &ManArgs) -> anyhow::Result<End> {
    let all = Waybill::command();
    let command = match &args.verb {
        None => all,
        Some(verb) => {
            let found = all.get_subcommands().find(|c| c.get_name() == verb).cloned();
            let Some(found) = found else {
                let near = super::reference::nearest(verb, all.get_subcommands().map(|c| c.get_name()));
                return Err(fault::usage(format!("there is no verb {verb}{near}")));
            };
            let name = format!("waybill-{verb}");
            found.display_name(name.clone()).bin_name(name).version(env!("CARGO_PKG_VERSION"))
        }
    };
    let mut bytes = Vec::new();
    clap_mangen::Man::new(command).render(&mut bytes).context("a manual page is made in memory")?;
    out::print(&String::from_utf8(bytes).context("manual pages are text")?)?;
    Ok(End::Done)
}
