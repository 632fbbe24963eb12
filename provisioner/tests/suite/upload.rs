//! `provisioner upload` as a user runs it: the program, the local AWS, the function.

use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use engine::aws::{Aws, Connection};
use local_aws::{Ephemeral, LocalAws};
use serde_json::Value;
use testkit::one_pixel::CANARY;
use testkit::proxy::{Adversary, Proxy};

const CONFIG: &str = r#"
stack = "uploads"
[[users]]
name = "user-a"
bucket = "source"
access = "read-write"
[[users]]
name = "dropper"
bucket = "source"
access = "write-only"
prefix = "box/"
[[users]]
name = "user-b"
bucket = "destination"
access = "read-only"
"#;

const UP: &[&str] = &["up", "--yes"];

/// An AWS of its own and a folder with the configuration.
struct Place {
    local: Ephemeral,
    folder: tempfile::TempDir,
    /// What stands before the AWS, if anything does.
    proxy: Option<Proxy>,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), CONFIG).unwrap();
        Self { local: LocalAws::ephemeral().await.unwrap(), folder, proxy: None }
    }

    /// One whose AWS is as difficult as this.
    async fn before(adversary: Adversary) -> Self {
        let mut place = Self::new().await;
        let proxy = Proxy::start(&place.local.endpoint, &place.local.ca_bundle);
        proxy.adversary(adversary);
        place.proxy = Some(proxy);
        place
    }

    /// One with the stack in it.
    async fn up() -> Self {
        let place = Self::new().await;
        let output = place.run(UP).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        place
    }

    fn command(&self, arguments: &[&str]) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(testkit::program());
        // Nothing of this machine's AWS environment; the rest is for building the function.
        command.env_clear().envs(self.local.env());
        for name in [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "RUSTUP_HOME",
            "RUSTUP_TOOLCHAIN",
            "CARGO_TARGET_DIR",
            "PROVISIONER_BOOTSTRAP",
        ] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        if let Some(proxy) = &self.proxy {
            command.env("AWS_ENDPOINT_URL", proxy.endpoint());
        }
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().await.unwrap()
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    async fn aws(&self) -> Aws {
        let local = &self.local;
        let connection = Connection {
            endpoint: Some(local.endpoint.clone()),
            ca_bundle: Some(local.ca_bundle.clone()),
            region: Some(local.region.clone()),
            credentials: Some((local.access_key_id.clone(), local.secret_access_key.clone())),
        };
        Aws::connect(&connection).await.unwrap()
    }

    fn source(&self) -> String {
        format!("uploads-uploads-{}", self.local.account)
    }

    fn destination(&self) -> String {
        format!("uploads-clean-{}", self.local.account)
    }

    async fn keys_of(&self, user: &str) -> usize {
        let user = format!("uploads-{user}");
        self.aws()
            .await
            .iam
            .list_access_keys()
            .user_name(user)
            .send()
            .await
            .unwrap()
            .access_key_metadata
            .len()
    }

    async fn clean(&self, key: &str) -> Vec<u8> {
        let object =
            self.aws().await.s3.get_object().bucket(self.destination()).key(key).send().await.unwrap();
        assert_eq!(object.content_type(), Some("image/jpeg"));
        object.body.collect().await.unwrap().into_bytes().to_vec()
    }
}

/// A picture with EXIF.
fn photo() -> Vec<u8> {
    testkit::one_pixel::picture(&[testkit::one_pixel::exif()], b"")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The JSON lines on stdout.
fn lines(output: &Output) -> Vec<Value> {
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn leaks(content: &[u8]) -> bool {
    content.windows(CANARY.len()).any(|window| window == CANARY)
}

#[tokio::test]
async fn pictures_go_up_as_a_user_and_come_out_clean() {
    let place = Place::up().await;
    let odd = ["a%2Bb.jpg", "holiday photos/été +1 (2).jpg", "日本.jpg"];
    for name in odd {
        place.write(&format!("pictures/{name}"), &photo());
    }
    place.write("pictures/notes.txt", b"not for the function");
    // In parts: most of it is a trailer.
    let large = [photo(), vec![7; 17 << 20]].concat();
    place.write("pictures/large.jpg", &large);

    let output = place.run(&["upload", "pictures", "--as", "user-a"]).await;
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stdout}{stderr}");
    assert!(stderr.contains("skipped: pictures/notes.txt"), "{stderr}");
    assert!(stderr.contains("4 pictures: 4 clean"), "{stderr}");
    let clean = testkit::one_pixel::picture(&[], b"");
    for name in odd {
        let line =
            stdout.lines().find(|line| line.starts_with(&format!("cleaned   pictures/{name} -> "))).unwrap();
        assert!(line.contains(&format!("s3://{}/{name} (", place.destination())), "{line}");
        assert!(
            line.ends_with(&format!(
                ": GPS position, device ({} B removed)",
                testkit::one_pixel::exif().len()
            )),
            "{line}"
        );
        assert_eq!(place.clean(name).await, clean);
    }
    assert!(stdout.contains("data after its end"), "{stdout}");
    assert_eq!(place.clean("large.jpg").await, clean);
    assert!(!leaks(&output.stdout) && !leaks(&output.stderr), "{stdout}{stderr}");
    assert_eq!(place.keys_of("user-a").await, 0);

    // Again, by name, as the caller: the older copy is not taken for the new one.
    let output = place.run(&["upload", "pictures/日本.jpg", "--json", "--prefix", "2026/x"]).await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    let lines = lines(&output);
    assert_eq!((&lines[0]["version"], &lines[1]["version"]), (&1.into(), &Value::Null));
    assert_eq!(lines[0]["key"], "2026/x/日本.jpg");
    assert_eq!(lines[0]["outcome"], "clean");
    assert_eq!(lines[0]["clean_bytes"], lines[0]["expected"]["clean_bytes"]);
    assert_eq!(lines[0]["expected"]["told"]["position"], 1);
    assert_eq!(lines.last().unwrap()["event"], "uploaded");

    users_who_cannot_are_refused(&place).await;
    what_cannot_be_cleaned_is_told(&place).await;
    a_third_key_is_refused(&place).await;
}

async fn users_who_cannot_are_refused(place: &Place) {
    place.write("a.jpg", &photo());
    let output = place.run(&["upload", "a.jpg", "--as", "user-b"]).await;
    assert_eq!(output.status.code(), Some(4));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("user-b cannot upload, being read-only in the destination bucket"), "{stderr}");
    assert!(stderr.contains("these can: user-a, dropper"), "{stderr}");
    assert_eq!(place.run(&["upload", "a.jpg", "--as", "nobody"]).await.status.code(), Some(4));

    let output = place.run(&["upload", "a.jpg", "--as", "dropper"]).await;
    assert_eq!(output.status.code(), Some(6));
    assert!(text(&output.stdout).contains("add --prefix \"box/\""), "{}", text(&output.stdout));
    let output = place.run(&["upload", "a.jpg", "--as", "dropper", "--prefix", "box"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(place.keys_of("dropper").await, 0);
}

async fn what_cannot_be_cleaned_is_told(place: &Place) {
    let whole = photo();
    place.write("mixed/cut.jpg", &whole[..whole.len() - 40]);
    place.write("mixed/fine.jpg", &whole);
    place.write("mixed/film.jpg", &vec![7; 129 << 20]);
    place.write("secret", b"root:x:0:0");
    place.write("elsewhere/private.jpg", &whole);
    for (to, link) in [("../secret", "mixed/holiday.jpg"), ("../elsewhere", "mixed/more.jpg")] {
        std::os::unix::fs::symlink(to, place.folder.path().join(link)).unwrap();
    }
    let sent = async |key: &str| {
        place.aws().await.s3.head_object().bucket(place.source()).key(key).send().await.is_ok()
    };
    // What would not be published does not leave this machine, and what links lead to neither.
    let output = place.run(&["upload", "mixed", "--as", "user-a"]).await;
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(6), "{stdout}{stderr}");
    for (name, why) in [("cut", "the JPEG file is cut off"), ("film", "not a picture")] {
        let line =
            stdout.lines().find(|line| line.starts_with(&format!("refused   mixed/{name}.jpg: "))).unwrap();
        assert!(line.contains(why) && line.contains("--force"), "{line}");
    }
    for link in ["holiday", "more"] {
        assert!(stderr.contains(&format!("skipped: mixed/{link}.jpg: a symbolic link\n")), "{stderr}");
    }
    assert!(stderr.contains("3 pictures: 1 clean, 2 refused; "), "{stderr}");
    for (key, is_sent) in [
        ("fine.jpg", true),
        ("cut.jpg", false),
        ("film.jpg", false),
        ("holiday.jpg", false),
        ("more.jpg", false),
        ("more.jpg/private.jpg", false),
    ] {
        assert_eq!(sent(key).await, is_sent, "{key}");
    }
    let output = place.run(&["upload", "--json", "mixed/cut.jpg", "mixed/holiday.jpg"]).await;
    let all = lines(&output);
    let refused: Vec<_> = all.iter().filter(|line| line["outcome"] == "refused").collect();
    assert_eq!(refused.len(), 2, "a link that is named is followed, and what it leads to looked at: {all:?}");
    assert!(refused.iter().all(|line| line["source"].is_null()), "{refused:?}");
    assert_eq!(all.iter().find(|line| line["event"] == "uploaded").unwrap()["refused"], 2);

    std::fs::remove_file(place.folder.path().join("mixed/film.jpg")).unwrap();
    let output = place.run(&["upload", "mixed", "nowhere.jpg", "--as", "user-a", "--force"]).await;
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(6), "{stdout}{stderr}");
    assert!(stderr.contains("error: 2 of 3 files failed; the rest succeeded"), "{stderr}");
    let line = |start: &str| stdout.lines().find(|line| line.starts_with(start)).unwrap();
    assert!(line("rejected  mixed/cut.jpg -> ").contains("the JPEG file is cut off"), "{stdout}");
    assert!(line("cleaned   mixed/fine.jpg -> ").contains("GPS position"), "{stdout}");
    assert!(line("failed    nowhere.jpg: not uploaded: ").contains("No such file"), "{stdout}");
    let missing = place.aws().await.s3.head_object().bucket(place.destination()).key("cut.jpg").send().await;
    assert!(missing.is_err(), "nothing is published");
    assert_eq!(place.keys_of("user-a").await, 0);
}

async fn a_third_key_is_refused(place: &Place) {
    let aws = place.aws().await;
    for _ in 0..2 {
        aws.iam.create_access_key().user_name("uploads-user-a").send().await.unwrap();
    }
    let output = place.run(&["upload", "a.jpg", "--as", "user-a"]).await;
    assert_eq!(output.status.code(), Some(4));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("has 2 access keys already") && stderr.contains("keys revoke"), "{stderr}");
    assert_eq!(place.keys_of("user-a").await, 2, "the user's own keys stay");
}

#[tokio::test]
async fn a_signal_leaves_no_key() {
    let place = Place::up().await;
    let aws = place.aws().await;
    // Nothing answers: the function is gone, so that the wait is long.
    aws.lambda.delete_function().function_name("uploads-sanitizer").send().await.unwrap();
    place.write("a.jpg", &photo());
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let child = place.command(&["upload", "a.jpg", "--as", "user-a"]).spawn().unwrap();
        let pid = child.id().unwrap().to_string();
        let since = Instant::now();
        while place.keys_of("user-a").await == 0 {
            assert!(since.elapsed() < Duration::from_secs(60), "no key was made");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // Once while S3 is asked about the key, once while the copy is waited for.
        let uploaded = async || aws.s3.head_object().bucket(place.source()).key("a.jpg").send().await.is_ok();
        while code == 143 && !uploaded().await {
            assert!(since.elapsed() < Duration::from_secs(60), "nothing was uploaded");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let output = child.wait_with_output().await.unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        assert_eq!(place.keys_of("user-a").await, 0, "{signal}");
    }
    // Nor in the middle of a large file, of which nothing stays.
    place.write("large.jpg", &vec![7; 200 << 20]);
    let child = place.command(&["upload", "large.jpg", "--as", "user-a", "--force"]).spawn().unwrap();
    let parts = async || {
        let output = aws.s3.list_multipart_uploads().bucket(place.source()).send().await.unwrap();
        output.uploads.unwrap_or_default().len()
    };
    let since = Instant::now();
    while parts().await == 0 {
        assert!(since.elapsed() < Duration::from_secs(60), "no upload in parts was begun");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(
        std::process::Command::new("kill")
            .args(["-INT", &child.id().unwrap().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("1 picture: 1 interrupted"), "{}", text(&output.stderr));
    assert_eq!((parts().await, place.keys_of("user-a").await), (0, 0));
    assert!(aws.s3.head_object().bucket(place.source()).key("large.jpg").send().await.is_err());

    // Nor does a copy that never comes.
    let output = place.run(&["upload", "a.jpg", "--as", "user-a", "--timeout", "1"]).await;
    assert_eq!(output.status.code(), Some(6));
    assert!(text(&output.stdout).contains("no clean copy within 1."), "{}", text(&output.stdout));
    assert_eq!(place.keys_of("user-a").await, 0);
}

/// Right after `up` an upload may start nothing, and the function may not find what it is told of: nothing is lost.
#[tokio::test]
async fn on_an_aws_that_is_behind_nothing_is_lost() {
    let place = Place::before(Adversary::ALL).await;
    let output = place.run(UP).await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    let up = Instant::now();
    place.write("early.jpg", &photo());
    place.write("later.jpg", &photo());
    let early = place.run(&["upload", "early.jpg", "--as", "user-a", "--timeout", "1"]).await;
    // A machine may be so slow that S3 follows the notifications by then.
    if early.status.code() == Some(0) {
        println!("not shown: an upload that S3 does not follow yet; {:?} after `up` it did", up.elapsed());
    } else {
        assert_eq!(early.status.code(), Some(6), "{}{}", text(&early.stdout), text(&early.stderr));
        let stdout = text(&early.stdout);
        assert!(stdout.contains("five minutes") && stdout.contains("pending"), "{stdout}");
    }

    // The function looks at S3 through the same eyes.
    let aws = place.aws().await;
    let function = "uploads-sanitizer";
    let now = aws.lambda.get_function_configuration().function_name(function).send().await.unwrap();
    let mut variables = now.environment.and_then(|environment| environment.variables).unwrap();
    variables.insert("AWS_ENDPOINT_URL".to_owned(), place.proxy.as_ref().unwrap().endpoint());
    let environment = aws_sdk_lambda::types::Environment::builder().set_variables(Some(variables)).build();
    let update = aws.lambda.update_function_configuration().function_name(function).environment(environment);
    update.send().await.unwrap();

    tokio::time::sleep(Duration::from_millis(20_200).saturating_sub(up.elapsed())).await;
    let later = place.run(&["upload", "later.jpg", "--as", "user-a"]).await;
    assert_eq!(later.status.code(), Some(0), "{}{}", text(&later.stdout), text(&later.stderr));
    let clean = testkit::one_pixel::picture(&[], b"");
    assert_eq!(place.clean("later.jpg").await, clean);
    tokio::time::sleep(Duration::from_millis(22_200).saturating_sub(up.elapsed())).await;
    let backfill = place.run(&["backfill"]).await;
    assert_eq!(backfill.status.code(), Some(0), "{}{}", text(&backfill.stdout), text(&backfill.stderr));
    assert_eq!(place.clean("early.jpg").await, clean);
    assert_eq!(place.keys_of("user-a").await, 0);
}

#[tokio::test]
async fn without_a_stack_nothing_is_tried() {
    let place = Place::new().await;
    place.write("a.jpg", &photo());
    let output = place.run(&["upload", "a.jpg"]).await;
    assert_eq!(output.status.code(), Some(4));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("does not exist") && stderr.contains("provisioner up"), "{stderr}");

    std::fs::create_dir(place.folder.path().join("empty")).unwrap();
    let output = place.run(&["upload", "empty"]).await;
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("nothing to upload"), "{}", text(&output.stderr));
}

#[tokio::test]
async fn what_a_killed_run_leaves_the_next_one_removes() {
    let place = Place::up().await;
    let aws = place.aws().await;
    let (user, tags) = ("uploads-user-a", async || {
        let user = aws.iam.get_user().user_name("uploads-user-a").send().await.unwrap().user.unwrap();
        user.tags.unwrap_or_default().into_iter().map(|tag| tag.key).collect::<Vec<_>>()
    });
    let before = tags().await;
    // A key that somebody has made for the user, and that nobody has used yet.
    let own =
        aws.iam.create_access_key().user_name(user).send().await.unwrap().access_key.unwrap().access_key_id;
    place.write("a.jpg", &photo());
    // Killed as soon as the key is there (perhaps before the tag names it), and while the upload is under way.
    for round in 0..3 {
        if round == 1 {
            aws.lambda.delete_function().function_name("uploads-sanitizer").send().await.unwrap();
        }
        let mut child = place.command(&["upload", "a.jpg", "--as", "user-a"]).spawn().unwrap();
        let since = Instant::now();
        let is_named = async || tags().await.len() > before.len();
        while place.keys_of("user-a").await < 2 || (round > 0 && !is_named().await) {
            assert!(since.elapsed() < Duration::from_secs(60), "no key was made");
            assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        child.kill().await.unwrap();
        assert_eq!((place.keys_of("user-a").await, tags().await.len()), (2, before.len() + 1), "{round}");
        let plan = place.run(&["plan"]).await;
        assert!(text(&plan.stdout).contains("`upload --as` has made it"), "{}", text(&plan.stdout));
    }
    // A run that goes on keeps its key, whatever the next one does: here it is refused, and says why.
    let running = place.command(&["upload", "a.jpg", "--as", "user-a", "--timeout", "60"]).spawn().unwrap();
    let since = Instant::now();
    let uploaded = async || aws.s3.head_object().bucket(place.source()).key("a.jpg").send().await.is_ok();
    while !uploaded().await || place.keys_of("user-a").await < 2 {
        assert!(since.elapsed() < Duration::from_secs(60), "nothing was uploaded");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let refused = place.run(&["upload", "a.jpg", "--as", "user-a"]).await;
    assert_eq!(refused.status.code(), Some(4), "{}", text(&refused.stderr));
    assert_eq!(place.keys_of("user-a").await, 2);
    let pid = running.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = running.wait_with_output().await.unwrap();
    assert!(text(&output.stderr).contains("removed the access key AKIA"), "{}", text(&output.stderr));

    let output = place.run(UP).await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    let output = place.run(&["upload", "a.jpg", "--as", "user-a"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let keys = aws.iam.list_access_keys().user_name(user).send().await.unwrap().access_key_metadata;
    assert_eq!(keys.iter().filter_map(|key| key.access_key_id()).collect::<Vec<_>>(), [own.as_str()]);
    assert_eq!(tags().await, before, "Terraform takes a tag of others for drift");
}
