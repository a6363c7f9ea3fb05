use wamp_actors::component;
use wamp_actors::component::{Caller, Deadline, Incident, Payload};

struct Calculator;

#[component(prefix = "com.example")]
impl Calculator {
    #[on_ready("com.example.ready")]
    fn with_an_option(&self) {}

    #[on_leave]
    fn with_an_argument(&self, reason: String) {
        drop(reason);
    }

    #[on_error]
    fn with_a_result(&self, incident: Incident) -> u8 {
        drop(incident);
        1
    }

    #[on_join]
    fn of_nobody(&self, caller: Caller, deadline: Deadline, payload: Payload, incident: Incident) {
        drop((caller, deadline, payload, incident));
    }

    #[procedure]
    fn incident_of_a_call(&self, incident: Incident) {
        drop(incident);
    }

    #[topic]
    fn caller_of_an_event(&self, caller: Caller, deadline: Deadline) {
        drop((caller, deadline));
    }

    #[procedure]
    fn all_and_one(&self, payload: Payload, one: u8) {
        drop((payload, one));
    }
}

fn main() {}
