//! How a service obeys signals. A signal is a process's, so this program starts itself again as the service: hence `main`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use wamp_actors::component::{Bindings, Component, ComponentState};
use wamp_actors::router::Router;
use wamp_actors::service::{Service, ServiceError};
use wamp_actors::session::Session;

/// Set in the process that is the service.
const ROLE: &str = "WAMP_TEST_SERVICE";

fn main() -> ExitCode {
    if std::env::var_os(ROLE).is_some() {
        return match actix_rt::System::new().block_on(serve()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    for (name, check) in CHECKS {
        println!("test {name} ...");
        check();
    }
    ExitCode::SUCCESS
}

type Check = (&'static str, fn());

const CHECKS: [Check; 3] = [
    ("sigterm_ends_a_service_in_order_with_code_0", || ends_in_order("TERM")),
    ("sigint_ends_a_service_in_order_with_code_0", || ends_in_order("INT")),
    ("a_second_signal_ends_a_service_at_once", a_second_signal_ends_at_once),
];

/// What the process that is the service does: it runs two instances, and calls the procedure it is told.
async fn serve() -> Result<(), ServiceError> {
    let service = Service::new().component(|| Waiter).instances(2);
    let running = service.router(Router::builder()).drain(Duration::from_secs(60)).start().await?;
    running.ready().await?;
    let watches = running.components().iter().map(|component| {
        let (number, mut state) = (component.number(), component.state());
        actix_rt::spawn(async move {
            let _ = state.wait_for(|state| matches!(state, ComponentState::Stopping)).await;
            println!("stopping {number}");
            let _ = state.wait_for(ComponentState::is_final).await;
            println!("stopped {number}");
        })
    });
    let watches: Vec<_> = watches.collect();
    let session = Session::builder().transport(running.router().expect("embedded").transport()).realm("realm1").connect().await;
    let session = session.expect("joined");
    actix_rt::spawn(async move {
        let answer = session.call::<()>(std::env::var(ROLE).expect("a procedure"), ()).timeout(None).await;
        println!("answered {}", answer.expect_err("no result").uri().unwrap_or("by nothing"));
    });
    running.until_signal().await?;
    // The process is not to end before all is told.
    for watch in watches {
        watch.await.expect("no panic");
    }
    Ok(())
}

/// Its procedure never answers.
struct Waiter;

impl Component for Waiter {
    const NAME: &'static str = "waiter";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.procedure("com.example.wait").invoke(proto::message::InvokePolicy::First).run(async |_: &Self, (): ()| {
            println!("running");
            std::future::pending::<()>().await;
        });
    }
}

fn ends_in_order(signal: &str) {
    // Nobody is called, so nothing has to be waited for.
    let mut service = Process::start("com.example.nobody");
    service.until("answered wamp.error.no_such_procedure");
    let since = Instant::now();
    service.signal(signal);
    // In the reverse order of their start, one after the other.
    assert_eq!(service.rest(), ["stopping 1", "stopped 1", "stopping 0", "stopped 0"]);
    assert_eq!(service.exit_code(), Some(0));
    assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
}

fn a_second_signal_ends_at_once() {
    let mut service = Process::start("com.example.wait");
    service.until("running");
    service.signal("TERM");
    service.until("stopping");
    let since = Instant::now();
    service.signal("INT");
    assert!(!service.rest().iter().any(|line| line.starts_with("answered")));
    assert_eq!(service.exit_code(), Some(130));
    assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
}

/// The service, seen from outside.
struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(procedure: &str) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program).env(ROLE, procedure).stdout(Stdio::piped()).spawn().expect("the service");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, output }
    }

    /// Reads its output up to a line that begins so.
    fn until(&mut self, beginning: &str) {
        let mut line = String::new();
        while !line.starts_with(beginning) {
            line.clear();
            assert_ne!(self.output.read_line(&mut line).expect("its output"), 0, "it ended before {beginning:?}");
        }
    }

    fn rest(&mut self) -> Vec<String> {
        self.output.by_ref().lines().map(|line| line.expect("its output")).collect()
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{signal} {}", self.child.id())).status();
        assert!(sent.expect("a shell").success());
    }

    fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().expect("its end").code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // After a failed check it may still be there.
        let _ = self.child.kill();
    }
}
