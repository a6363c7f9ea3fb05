use wamp_actors::component;

struct Clock;

#[component(prefix = "com.example")]
impl Clock {
    #[every("1s")]
    async fn one(&self, times: u32) {
        drop(times);
    }

    #[task]
    async fn two(&self, name: String) -> u32 {
        name.len() as u32
    }

    #[on_join]
    async fn three(&self) -> Result<u32, std::io::Error> {
        Ok(3)
    }
}

fn main() {}
