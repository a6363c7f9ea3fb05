use wamp_actors::component;

struct Calculator;

#[component(prefix = "com.example")]
impl Calculator {
    #[procedure(collect = 10)]
    fn no_stream(&self) -> u8 {
        1
    }

    #[procedure(collect = "all")]
    fn no_number(&self) -> u8 {
        1
    }

    #[procedure(roles = "admin")]
    fn no_list(&self) {}

    #[procedure(roles = [])]
    fn nobody(&self) {}

    #[procedure(roles = [admin])]
    fn no_texts(&self) {}

    #[procedure(roles = ["admin"], disclose_caller = false)]
    fn not_disclosed(&self) {}
}

fn main() {}
