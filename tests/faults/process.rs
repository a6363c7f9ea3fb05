//! A process of this program in one of its roles, seen from outside: its lines, its end, and the signals it is sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::sync::mpsc;

/// Names the role of a process that was started by the checks.
pub(crate) const ROLE: &str = "WAMP_TEST_ROLE";

/// Nothing that is waited for takes longer; what does has failed.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Process {
    role: String,
    child: Child,
    lines: mpsc::UnboundedReceiver<String>,
    /// What was read so far.
    read: Vec<String>,
}

impl Process {
    pub(crate) fn start(role: &str, environment: &[(&str, &str)]) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("WAMP_") || name == "RUST_LOG") {
            command.env_remove(name);
        }
        command.env(ROLE, role).envs(environment.iter().copied());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process");
        let (sender, lines) = mpsc::unbounded_channel();
        follow(child.stdout.take().expect("its output"), sender.clone());
        follow(child.stderr.take().expect("its log"), sender);
        Self { role: role.to_owned(), child, lines, read: Vec::new() }
    }

    /// Waits for a line that has `part` in it, and gives it.
    pub(crate) async fn until(&mut self, part: &str) -> String {
        loop {
            let Ok(line) = tokio::time::timeout(PATIENCE, self.lines.recv()).await else {
                panic!("{}: no line with {part:?} in {PATIENCE:?}: {:#?}", self.role, self.read)
            };
            let Some(line) = line else { panic!("{} ended before {part:?}: {:#?}", self.role, self.read) };
            self.read.push(line.clone());
            if line.contains(part) {
                return line;
            }
        }
    }

    /// Waits for so many lines that begin with `beginning`, those read before included.
    pub(crate) async fn until_count(&mut self, beginning: &str, count: usize) {
        while self.count(beginning) < count {
            self.until(beginning).await;
        }
    }

    pub(crate) fn count(&self, beginning: &str) -> usize {
        self.read.iter().filter(|line| line.starts_with(beginning)).count()
    }

    /// What was read so far.
    pub(crate) fn lines(&self) -> &[String] {
        &self.read
    }

    /// Writes a line to its input.
    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().expect("its input"), "{line}").expect("it reads");
    }

    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{signal} {}", self.child.id())).status();
        assert!(sent.expect("a shell").success());
    }

    /// Kills it as by `kill -9`, and waits until it is gone.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("its end");
    }

    /// Reads what is left, waits for its end, and gives its exit code.
    pub(crate) async fn exit_code(&mut self) -> Option<i32> {
        let rest = async {
            while let Some(line) = self.lines.recv().await {
                self.read.push(line);
            }
        };
        if tokio::time::timeout(PATIENCE, rest).await.is_err() {
            panic!("{} does not end: {:#?}", self.role, self.read);
        }
        self.child.wait().expect("its end").code()
    }
}

fn follow(output: impl Read + Send + 'static, lines: mpsc::UnboundedSender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if lines.send(line).is_err() {
                return;
            }
        }
    });
}

impl Drop for Process {
    fn drop(&mut self) {
        // After a failed check it may still be there.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
