use wamp_actors::component;

struct Calculator;

#[component(prefix = "com.example")]
impl Calculator {
    #[procedure]
    fn one(&self, a: Option<i64>, b: i64) -> i64 {
        a.unwrap_or_default() + b
    }

    #[procedure]
    fn two(&self, #[rest] more: Vec<i64>, a: i64) -> i64 {
        more.len() as i64 + a
    }

    #[procedure]
    fn three(&self, #[default(1)] a: i64, b: i64) -> i64 {
        a + b
    }
}

fn main() {}
