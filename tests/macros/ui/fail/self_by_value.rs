use std::rc::Rc;
use wamp_actors::component;

struct Calculator;

#[component(prefix = "com.example")]
impl Calculator {
    #[procedure]
    fn one(self) -> i64 {
        1
    }

    #[procedure]
    fn two(self: Rc<Self>) -> i64 {
        2
    }

    #[procedure]
    fn three<'a>(&'a self) -> i64 {
        3
    }
}

fn main() {}
