//! `backfill`: killed anywhere, nothing is lost and nothing is half done; run again, it goes on.

use aws_sdk_s3::types::NotificationConfiguration;
use engine::aws::Aws;
use engine::config::BucketRole;
use testkit::one_pixel;
use testkit::proxy::{Fault, Point, Rule};

use super::stage::Stage;

const PICTURES: [&str; 3] = ["a.jpg", "b c.jpg", "d/e.jpg"];

struct Missed {
    stage: Stage,
    aws: Aws,
    destination: String,
}

impl Missed {
    /// Pictures that no event told of.
    async fn new() -> Self {
        let stage = Stage::proxied().await;
        stage.ok(&["up", "--yes"]);
        let aws = stage.aws().await;
        let stack = stage.stack(&aws);
        let source = stack.names.bucket(BucketRole::Source);
        let silent = aws.s3.put_bucket_notification_configuration().bucket(source);
        let none = NotificationConfiguration::builder().build();
        silent.notification_configuration(none).send().await.unwrap();
        for key in PICTURES {
            let picture = one_pixel::picture(&[one_pixel::exif()], b"");
            aws.s3.put_object().bucket(source).key(key).body(picture.into()).send().await.unwrap();
        }
        let destination = stack.names.bucket(BucketRole::Destination).to_owned();
        Self { stage, aws, destination }
    }

    /// Takes the clean copies away, so that all is pending again.
    async fn forget(&self) {
        for key in PICTURES {
            self.aws.s3.delete_object().bucket(&self.destination).key(key).send().await.unwrap();
        }
    }

    /// How many clean copies there are; each is a whole one.
    async fn cleaned(&self) -> usize {
        let mut count = 0;
        for key in PICTURES {
            let get = self.aws.s3.get_object().bucket(&self.destination).key(key);
            let Ok(object) = get.send().await else { continue };
            let bytes = object.body.collect().await.unwrap().into_bytes();
            assert_eq!(bytes, one_pixel::picture(&[], b""), "{key} is no clean copy");
            count += 1;
        }
        count
    }
}

#[tokio::test]
async fn wherever_a_backfill_dies_the_next_one_goes_on() {
    let missed = Missed::new().await;
    let backfill = ["backfill", "--concurrency", "1"];
    let (run, calls) = missed.stage.run_disturbed(&backfill, Vec::new());
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    // Asked only of copies that are of the same second as their pictures.
    let points = calls.points().into_iter().filter(|point| !point.label.starts_with("HeadObject"));
    let points: Vec<Point> = points.collect();
    assert!(points.iter().filter(|point| point.label.starts_with("Invoke")).count() >= 3, "{points:?}");
    for point in &points {
        for (when, fault) in [("before", Fault::KillBefore), ("after", Fault::KillAfter)] {
            missed.forget().await;
            let name = format!("{when} {}", point.label);
            let (killed, _) = missed.stage.run_disturbed(&backfill, vec![Rule::at(point, fault)]);
            assert_eq!(killed.code, -1, "{name}: {}{}", killed.out, killed.err);
            let left = missed.cleaned().await;
            let again = missed.stage.run(&backfill);
            assert_eq!(again.code, 0, "{name}, {left} left: {}{}", again.out, again.err);
            assert_eq!(missed.cleaned().await, 3, "{name}: {}{}", again.out, again.err);
            missed.stage.ok(&["pending", "--detailed-exitcode"]);
        }
    }
}
