//! `wamp`: a router, and the four roles, from the command line. JSON in, JSON out; `wamp help` tells the rest.

mod bench;
mod call;
mod completions;
mod connection;
mod failure;
mod json;
mod keygen;
mod kill;
mod list;
mod publish;
mod register;
mod router;
mod signal;
mod subscribe;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::process::ExitCode;

/// The WAMP router, and its four roles from the command line.
#[derive(Debug, Parser)]
#[command(name = "wamp", version, propagate_version = true, after_help = failure::EXIT_CODES, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    connection: connection::Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a router until Ctrl-C.
    Router(router::Router),
    /// Calls a procedure and prints its result.
    Call(call::Call),
    /// Publishes an event.
    Publish(publish::Publish),
    /// Prints events as they come, a line of JSON each, until Ctrl-C.
    Subscribe(subscribe::Subscribe),
    /// Serves a procedure until Ctrl-C: a mirror, or a command that is run for each call.
    Register(register::Register),
    /// Lists the realm's sessions, procedures or topics, a line of JSON each.
    List(list::List),
    /// Ends sessions of others.
    Kill(kill::Kill),
    /// Makes a key for cryptosign: writes the private key to a file, prints the public one.
    Keygen(keygen::Keygen),
    /// Measures calls or events a second.
    Bench(bench::Bench),
    /// Prints the completions of a shell.
    Completions(completions::Completions),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    log(cli.connection.verbose);
    match actix::System::new().block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { connection, command } = cli;
    match command {
        Command::Router(router) => router.run(&connection).await,
        Command::Call(call) => call.run(&connection).await,
        Command::Publish(publish) => publish.run(&connection).await,
        Command::Subscribe(subscribe) => subscribe.run(&connection).await,
        Command::Register(register) => register.run(&connection).await,
        Command::List(list) => list.run(&connection).await,
        Command::Kill(kill) => kill.run(&connection).await,
        Command::Keygen(keygen) => keygen.run(),
        Command::Bench(bench) => bench.run(&connection).await,
        Command::Completions(completions) => completions.run(),
    }
}

/// What the library tells goes to the standard error: as `RUST_LOG` says, else warnings, and more with each `-v`.
fn log(verbose: u8) {
    use tracing_subscriber::EnvFilter;

    let usual = ["warn", "info", "debug", "trace"][usize::from(verbose.min(3))];
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
