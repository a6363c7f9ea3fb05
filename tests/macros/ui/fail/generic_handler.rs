use wamp_actors::component;

struct Calculator;

#[component(prefix = "com.example")]
impl Calculator {
    #[procedure]
    fn one<T: Into<i64>>(&self, a: T) -> i64 {
        a.into()
    }

    #[procedure]
    unsafe fn two(&self) {}
}

fn main() {}
