//! What `#[wamp_actors::main]` expands to.

use crate::service::ServiceError;
use std::error::Error;
use std::fmt::Write;
use std::process::ExitCode;

/// Runs `main` on an actix system of this thread; an error is printed and decides the exit code: that of a service, or 1.
pub fn run_main<T: MainOutcome>(main: impl Future<Output = T>) -> ExitCode {
    actix_rt::System::new().block_on(main).exit_code()
}

/// What an `async fn main` may return: nothing, an [`ExitCode`], or a `Result` of these.
pub trait MainOutcome {
    /// The code that the process ends with, after an error was printed.
    fn exit_code(self) -> ExitCode;
}

impl MainOutcome for () {
    fn exit_code(self) -> ExitCode {
        ExitCode::SUCCESS
    }
}

impl MainOutcome for ExitCode {
    fn exit_code(self) -> ExitCode {
        self
    }
}

impl<T: MainOutcome, E: Into<Box<dyn Error>>> MainOutcome for Result<T, E> {
    fn exit_code(self) -> ExitCode {
        match self {
            Ok(outcome) => outcome.exit_code(),
            Err(error) => {
                let error = error.into();
                eprintln!("error: {}", with_causes(&*error));
                ExitCode::from(code_of(&*error))
            }
        }
    }
}

/// A service's error tells the code; any other is 1.
fn code_of(error: &(dyn Error + 'static)) -> u8 {
    let by_service = error.downcast_ref::<ServiceError>().map(ServiceError::exit_code);
    by_service.or_else(|| error.downcast_ref::<crate::Error>().map(crate::Error::exit_code)).unwrap_or(1)
}

/// The error and what caused it. Many errors tell their cause themselves: what was said is not repeated.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let why = error.to_string();
        if !text.contains(&why) {
            let _ = write!(text, ": {why}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the service did not start")]
    struct Outer(#[source] std::io::Error);

    #[derive(Debug, thiserror::Error)]
    #[error("the service did not start: {0}")]
    struct Telling(#[source] std::io::Error);

    #[test]
    fn a_cause_is_told_once() {
        let told = "the service did not start: port taken";
        assert_eq!(with_causes(&Outer(std::io::Error::other("port taken"))), told);
        assert_eq!(with_causes(&Telling(std::io::Error::other("port taken"))), told);
    }

    #[test]
    fn a_main_may_return_nothing_a_code_or_a_result_of_these() {
        let success = format!("{:?}", ExitCode::SUCCESS);
        assert_eq!(format!("{:?}", run_main(async {})), success);
        assert_eq!(format!("{:?}", run_main(async { Ok::<_, String>(ExitCode::from(3)) })), format!("{:?}", ExitCode::from(3)));
        assert_eq!(format!("{:?}", run_main(async { Err::<(), _>("broken") })), format!("{:?}", ExitCode::FAILURE));
    }
}
