//! `#[wamp_actors::main]`: an actix system around the future, and what it returns as the exit code.
#![cfg(feature = "macros")]

use std::process::ExitCode;

mod nothing {
    #[wamp_actors::main]
    pub(crate) async fn main() {
        // Only on an actix system is there something to spawn on.
        let spawned = actix_rt::spawn(async { 3 }).await;
        assert_eq!(spawned.expect("it runs to its end"), 3);
    }
}

mod failing {
    #[wamp_actors::main]
    pub(crate) async fn main() -> Result<(), std::num::ParseIntError> {
        "no number".parse::<u8>()?;
        Ok(())
    }
}

mod choosing {
    #[wamp_actors::main]
    pub(crate) async fn main() -> Result<std::process::ExitCode, Box<dyn std::error::Error>> {
        let code: u8 = "7".parse()?;
        Ok(std::process::ExitCode::from(code))
    }
}

#[test]
fn main_runs_on_an_actix_system_and_its_result_is_the_exit_code() {
    assert_eq!(nothing::main(), ExitCode::SUCCESS);
    assert_eq!(failing::main(), ExitCode::FAILURE);
    assert_eq!(choosing::main(), ExitCode::from(7));
}
