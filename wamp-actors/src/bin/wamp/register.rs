use crate::connection::Connection;
use crate::failure::Failure;
use crate::subscribe::Match;
use crate::{json, signal};
use clap::{Args, ValueEnum};
use std::process::Stdio;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use wamp_actors::error::WampError;
use wamp_actors::session::Invocation;
use wamp_actors::{Format, InvokePolicy, Payload};

/// `wamp register com.example.echo`, or `wamp register com.example.sort -- sort -n`.
#[derive(Debug, Args)]
pub(crate) struct Register {
    /// The procedure, or pattern.
    uri: String,
    /// How the URI is compared.
    #[arg(long = "match", value_enum, default_value_t)]
    matching: Match,
    /// Who of several callees is called.
    #[arg(long, value_enum, default_value_t)]
    invoke: Invoke,
    /// How many calls run at once.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    concurrency: u64,
    /// Takes the procedure over if another session has it.
    #[arg(long)]
    force: bool,
    /// A program to be run for each call, without a shell: a line `{"args": …, "kwargs": …}` comes on its standard input, what it
    /// prints is the result (JSON, or text), an exit code other than 0 an error with what it says on the standard error.
    /// Without one, the arguments come back as they are.
    #[arg(last = true)]
    command: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Invoke {
    #[default]
    Single,
    First,
    Last,
    Roundrobin,
    Random,
}

impl From<Invoke> for InvokePolicy {
    fn from(invoke: Invoke) -> Self {
        match invoke {
            Invoke::Single => Self::Single,
            Invoke::First => Self::First,
            Invoke::Last => Self::Last,
            Invoke::Roundrobin => Self::RoundRobin,
            Invoke::Random => Self::Random,
        }
    }
}

impl Register {
    pub(crate) async fn run(self, connection: &Connection) -> Result<(), Failure> {
        let session = connection.join().await?;
        let command: Option<Arc<[String]>> = (!self.command.is_empty()).then(|| self.command.into());
        let registered = session
            .register(&self.uri)
            .matching(self.matching.into())
            .invoke(self.invoke.into())
            .concurrency(self.concurrency)
            .force_reregister(self.force)
            .stream()
            .await?;
        let mut calls = registered;
        eprintln!("registered {} ({})", self.uri, connection.url);
        let limit = Arc::new(tokio::sync::Semaphore::new(usize::try_from(self.concurrency).unwrap_or(usize::MAX)));
        let mut signal = std::pin::pin!(signal::until());
        loop {
            let Ok(room) = Arc::clone(&limit).acquire_owned().await else { break };
            let call = tokio::select! {
                call = calls.next() => call,
                ended = &mut signal => { ended?; break }
            };
            let Some(call) = call else { return Err(session.closed().await.into()) };
            let command = command.clone();
            actix::spawn(async move {
                answer(call, command.as_deref()).await;
                drop(room);
            });
        }
        // What runs is finished before the session is left.
        drop(calls.unregister().await);
        let all = u32::try_from(self.concurrency).unwrap_or(u32::MAX);
        drop(tokio::time::timeout(connection.patience(), limit.acquire_many(all)).await);
        session.leave().await;
        Ok(())
    }
}

async fn answer(call: Invocation, command: Option<&[String]>) {
    let Some(command) = command else {
        let payload = call.payload.clone();
        return call.respond(Ok(payload));
    };
    let responder = call.responder().clone();
    let answer = tokio::select! {
        answer = run(command, &call.payload) => answer,
        // The program is killed with its handle.
        () = responder.canceled() => return,
    };
    call.respond(answer);
}

async fn run(command: &[String], arguments: &Payload) -> Result<Payload, WampError> {
    let failed = |why: String| WampError::new("wamp.error.runtime_error").with_message(why);
    let Some((program, words)) = command.split_first() else { return Err(failed("no program".to_owned())) };
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("cannot run {program}: {error}")))?;
    let mut input = json::arguments(arguments);
    input.push('\n');
    let stdin = child.stdin.take();
    let feed = async move {
        if let Some(mut stdin) = stdin {
            // A program that does not read its input may well have an answer.
            drop(stdin.write_all(input.as_bytes()).await);
        }
    };
    let (output, ()) = futures_util::join!(child.wait_with_output(), feed);
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim())));
    }
    result(&output.stdout).map_err(failed)
}

/// One JSON value is the result, and so is other text; nothing is none.
fn result(printed: &[u8]) -> Result<Payload, String> {
    let text = std::str::from_utf8(printed).map_err(|_| "the program printed what is no text".to_owned())?.trim();
    if text.is_empty() {
        return Payload::encode(Format::MsgPack, &()).map_err(|error| error.to_string());
    }
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_else(|_| text.into());
    Payload::encode(Format::MsgPack, &(value,)).map_err(|error| error.to_string())
}
