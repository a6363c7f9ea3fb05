use wamp_actors::component;

#[derive(Default)]
struct Cache<T>(T);

#[component(prefix = "com.example", discover)]
impl<T: Clone + Into<i64> + 'static> Cache<T> {
    #[procedure]
    fn get(&self) -> i64 {
        self.0.clone().into()
    }
}

fn main() {}
