use std::future::Future;
use std::time::Duration;

/// Longer than any scene lasts, by its own clock.
pub(super) const PATIENCE: Duration = Duration::from_secs(3600);

/// Plays a scene on an actix system of one thread, whose clock stands still while anybody has something to do and then jumps
/// to the next timer: an hour's wait takes no time.
///
/// # Panics
///
/// If the scene panics, or has not ended after a day of its clock.
pub fn play<T>(scene: impl Future<Output = T>) -> T {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
    let day = Duration::from_secs(24 * 3600);
    actix_rt::System::with_tokio_rt(runtime)
        .block_on(async { tokio::time::timeout(day, scene).await })
        .expect("the scene has not ended after a day of its clock")
}

/// Lets everybody do what there is to do now, without the clock going on.
pub async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

/// Lets the clock go on by so much, and everybody do what falls due in it.
pub async fn advance(time: Duration) {
    tokio::time::sleep(time).await;
    settle().await;
}
