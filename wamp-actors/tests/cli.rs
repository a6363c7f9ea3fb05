//! The program `wamp`, as people run it: a router of its own, and the commands against it.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};

/// A program in the background, killed with its handle.
struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
}

fn wamp(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wamp"));
    for name in [
        "WAMP_URL",
        "WAMP_REALM",
        "WAMP_AUTHID",
        "WAMP_TICKET",
        "WAMP_SECRET",
        "WAMP_PRIVATE_KEY",
        "WAMP_PRIVATE_KEY_FILE",
        "WAMP_CA",
        "WAMP_CLIENT_CERT",
        "WAMP_CLIENT_KEY",
        "RUST_LOG",
    ] {
        command.env_remove(name);
    }
    command.args(args);
    command
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut child = wamp(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let stdout = BufReader::new(child.stdout.take().expect("a standard output"));
        let stderr = BufReader::new(child.stderr.take().expect("a standard error"));
        Self { child, stdout, stderr }
    }

    fn line(&mut self) -> String {
        read(&mut self.stdout)
    }

    /// What it says once it is ready.
    fn ready(mut self) -> Self {
        let line = read(&mut self.stderr);
        assert!(line.starts_with("registered ") || line.starts_with("subscribed "), "{line}");
        self
    }

    /// Ends it as a service manager does; its exit code.
    fn terminate(&mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn read(from: &mut impl BufRead) -> String {
    let mut line = String::new();
    from.read_line(&mut line).expect("a line");
    line.trim_end().to_owned()
}

/// A router, and its URL.
fn router() -> (Running, String) {
    let mut router = Running::start(&["router", "--listen", "127.0.0.1:0", "--realm", "realm1", "--realm", "other"]);
    let line = router.line();
    let url = line.strip_prefix("listening on ").and_then(|rest| rest.split(' ').next()).expect("a URL").to_owned();
    (router, url)
}

fn run(url: &str, args: &[&str]) -> Output {
    wamp(args).args(["--url", url]).output().expect("the program runs")
}

#[track_caller]
fn prints(url: &str, args: &[&str]) -> String {
    let output = run(url, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
}

#[track_caller]
fn fails(code: i32, saying: &str, output: &Output) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.contains(saying), "{stderr}");
}

#[test]
fn a_mirror_gives_arguments_back_in_json() {
    let (_router, url) = router();
    let _mirror = Running::start(&["register", "com.echo", "--url", &url]).ready();
    assert_eq!(prints(&url, &["call", "com.echo", "5"]), "5");
    assert_eq!(prints(&url, &["call", "com.echo", "-5"]), "-5");
    assert_eq!(prints(&url, &["call", "com.echo", "five"]), r#""five""#);
    assert_eq!(prints(&url, &["call", "com.echo"]), "null");
    assert_eq!(
        prints(&url, &["call", "com.echo", "1", r#"{"a":[null,2.5]}"#, "k=v"]),
        r#"{"args":[1,{"a":[null,2.5]}],"kwargs":{"k":"v"}}"#
    );
    assert_eq!(prints(&url, &["call", "com.echo", "5", "--full"]), r#"{"args":[5],"kwargs":{}}"#);
    for serializer in ["json", "msgpack", "cbor"] {
        assert_eq!(prints(&url, &["call", "com.echo", "ä", "--serializer", serializer]), r#""ä""#);
    }
}

#[test]
fn a_command_is_run_for_each_call_and_its_failure_is_an_error() {
    let (_router, url) = router();
    let _cat = Running::start(&["register", "com.cat", "--url", &url, "--", "cat"]).ready();
    assert_eq!(prints(&url, &["call", "com.cat", "1", "a=2"]), r#"{"args":[1],"kwargs":{"a":2}}"#);
    let _failing = Running::start(&["register", "com.fail", "--url", &url, "--", "sh", "-c", "echo broken >&2; exit 3"]).ready();
    fails(5, "broken", &run(&url, &["call", "com.fail"]));
}

#[test]
fn events_are_printed_a_line_each() {
    let (_router, url) = router();
    let mut subscriber = Running::start(&["subscribe", "com.news.", "--match", "prefix", "--count", "2", "--url", &url]).ready();
    let publication = prints(&url, &["publish", "com.news.today", "rain", "mm=3"]);
    let expected = format!(r#"{{"topic":"com.news.today","publication":{publication},"args":["rain"],"kwargs":{{"mm":3}}}}"#);
    assert_eq!(subscriber.line(), expected);
    prints(&url, &["publish", "com.news.tomorrow"]);
    assert!(subscriber.line().contains("com.news.tomorrow"));
    assert_eq!(subscriber.child.wait().expect("it ends").code(), Some(0), "after --count events");
}

#[test]
fn sessions_procedures_and_topics_are_listed() {
    let (_router, url) = router();
    let _mirror = Running::start(&["register", "com.echo", "--invoke", "roundrobin", "--url", &url]).ready();
    let _subscriber = Running::start(&["subscribe", "com.news", "--url", &url]).ready();
    let procedures: serde_json::Value = serde_json::from_str(&prints(&url, &["list", "procedures"])).expect("one line of JSON");
    assert_eq!((&procedures["uri"], &procedures["invoke"], &procedures["callees"]), (&"com.echo".into(), &"roundrobin".into(), &1.into()));
    let topics: serde_json::Value = serde_json::from_str(&prints(&url, &["list", "topics"])).expect("one line of JSON");
    assert_eq!((&topics["uri"], &topics["subscribers"]), (&"com.news".into(), &1.into()));
    assert_eq!(prints(&url, &["list", "sessions"]).lines().count(), 3, "the callee, the subscriber and who asks");
    assert_eq!(prints(&url, &["list", "sessions", "--realm", "other"]).lines().count(), 1, "who asks");
}

#[test]
fn each_kind_of_failure_has_its_exit_code_and_says_what_to_do() {
    let (_router, url) = router();
    fails(1, "--listen", &run(&url, &["router", "--listen", url.trim_start_matches("ws://").trim_end_matches("/ws")]));
    fails(2, "Usage", &run(&url, &["call"]));
    fails(2, "--authid", &run(&url, &["call", "com.echo", "--ticket", "secret"]));
    fails(3, "wamp router", &run("ws://127.0.0.1:1/ws", &["call", "com.echo"]));
    fails(4, "--realm", &run(&url, &["call", "com.echo", "--realm", "nowhere"]));
    fails(5, "no_such_procedure", &run(&url, &["call", "com.echo"]));
    let _slow = Running::start(&["register", "com.slow", "--url", &url, "--", "sleep", "20"]).ready();
    let late = run(&url, &["call", "com.slow", "--timeout", "0.2"]);
    assert!(matches!(late.status.code(), Some(5 | 6)), "by this side's clock or the router's: {late:?}");
}

#[test]
fn a_lost_session_is_told_and_a_signal_ends_in_order() {
    let (mut router, url) = router();
    let mut served = Running::start(&["register", "com.echo", "--url", &url]).ready();
    assert_eq!(served.terminate(), Some(0));
    let mut subscriber = Running::start(&["subscribe", "com.news", "--url", &url]).ready();
    assert_eq!(router.terminate(), Some(0));
    assert_eq!(subscriber.child.wait().expect("it ends").code(), Some(7));
}

/// A certificate for 127.0.0.1 and its key, in files of a folder that the test removes.
fn certified(name: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let key = rcgen::KeyPair::generate().expect("a key");
    let certificate =
        rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).expect("parameters").self_signed(&key).expect("a certificate");
    std::fs::write(folder.join("cert.pem"), certificate.pem()).expect("written");
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).expect("written");
    folder
}

#[test]
fn all_is_spoken_over_tls_with_a_certificate_that_is_trusted_on_the_command_line() {
    let folder = certified("tls");
    let [cert, key] = ["cert.pem", "key.pem"].map(|name| folder.join(name).to_str().expect("a path").to_owned());
    let mut router = Running::start(&["router", "--listen", "127.0.0.1:0", "--tls-cert", &cert, "--tls-key", &key]);
    let line = router.line();
    let url = line.strip_prefix("listening on ").and_then(|rest| rest.split(' ').next()).expect("a URL");
    assert!(url.starts_with("wss://"), "{line}");
    assert_eq!(prints(url, &["list", "sessions", "--ca", &cert]).lines().count(), 1);
    let shown = ["list", "sessions", "--ca", &cert, "--client-cert", &cert, "--client-key", &key];
    assert_eq!(prints(url, &shown).lines().count(), 1, "nobody asks for it");
    let proving = [&shown[..], &["--ticket", "wrong", "--authid", "joe"]].concat();
    fails(4, "auth", &run(url, &proving));
    fails(3, "", &run(url, &["list", "sessions"]));
    fails(2, "/no/such/file", &run(url, &["list", "sessions", "--ca", "/no/such/file"]));
    fails(2, "--client-key", &run(url, &["list", "sessions", "--client-cert", &cert]));
    fails(2, "--tls-key", &run(url, &["router", "--tls-cert", &cert]));
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn a_proxy_is_gone_through_and_told_when_it_is_not_there() {
    let (_router, url) = router();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    fails(3, "proxy", &run(&url, &["list", "sessions", "--proxy", &format!("http://{closed}")]));
    fails(2, "--proxy", &run(&url, &["list", "sessions", "--proxy", "gopher://x"]));
}

#[test]
fn credentials_come_from_the_environment_and_wrong_ones_are_told_before_anything_is_tried() {
    let (_router, url) = router();
    let with = |name: &str, value: &str| wamp(&["list", "sessions", "--url", &url]).env(name, value).output().expect("the program runs");
    fails(2, "64 hexadecimal digits", &with("WAMP_PRIVATE_KEY", "no key"));
    fails(2, "/no/such/key", &with("WAMP_PRIVATE_KEY_FILE", "/no/such/key"));
    fails(4, "", &with("WAMP_PRIVATE_KEY", &"07".repeat(32)));
}

#[test]
fn a_key_is_written_for_its_owner_only_and_never_over_another() {
    let directory = std::env::temp_dir().join(format!("wamp-keygen-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let file = directory.join("key");
    let path = file.to_str().expect("a path");
    let public = prints("ws://127.0.0.1:1/ws", &["keygen", path]);
    assert_eq!(public.len(), 64);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).expect("the file").permissions());
    assert_eq!(mode & 0o777, 0o600);
    fails(1, "exists", &run("ws://127.0.0.1:1/ws", &["keygen", path]));
    std::fs::remove_dir_all(&directory).expect("removed");
}

#[test]
fn a_bench_counts_what_it_did_and_completions_name_the_commands() {
    let (_router, url) = router();
    for what in ["calls", "events"] {
        let report = prints(&url, &["bench", what, "--during", "0.2", "--sessions", "2", "--in-flight", "4", "--json"]);
        let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
        assert!(report[what].as_u64().is_some_and(|count| count > 0), "{report}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(prints(&url, &["completions", shell]).contains("keygen"));
    }
}
