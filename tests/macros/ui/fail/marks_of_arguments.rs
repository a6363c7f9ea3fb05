use wamp_actors::component;

struct Calculator;

#[component(prefix = "com.example")]
impl Calculator {
    #[procedure]
    fn one(&self, #[default] #[rest] a: Vec<i64>) {
        drop(a);
    }

    #[procedure]
    fn two(&self, #[default = 3] a: i64) {
        drop(a);
    }

    #[procedure]
    fn three(&self, #[rest] a: i64) {
        drop(a);
    }

    #[procedure]
    fn four(&self, #[kwargs] a: i64, #[kwargs] b: i64, #[rest] c: Vec<i64>, #[rest] d: Vec<i64>) {
        drop((a, b, c, d));
    }

    #[procedure]
    fn five(&self, #[kwargs(strict)] a: i64) {
        drop(a);
    }
}

fn main() {}
