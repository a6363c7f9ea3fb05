use wamp_actors::{component, interface};

#[interface(prefix = "com.example")]
trait Calculator {
    #[procedure]
    fn page(&self, #[default(1)] from: u32) -> u32;
}

struct Pages;

#[component]
impl Calculator for Pages {
    fn page(&self, #[default(2)] from: u32) -> u32 {
        from
    }
}

fn main() {}
