//! `provisioner local` and `--local`, as a user runs them.

use super::home::{Home, connect, lives, says, signal, text, until};
use local_aws::LocalAws;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

const CONFIG: &str = r#"
stack = "kept"

[[users]]
name = "writer"
bucket = "source"
access = "read-write"
"#;

/// One with a stack and a picture of 1 MiB in it, running.
async fn with_a_stack() -> Home {
    let home = Home::new();
    home.start().await;
    std::fs::write(home.beside("config.toml"), CONFIG).unwrap();
    home.ok(&["up", "--local", "--yes"]);
    put_picture(&home).await;
    home
}

fn bucket(home: &Home) -> String {
    let account = "000000000000";
    assert!(home.ok(&["status", "--local"]).contains(&format!("kept-uploads-{account}")));
    format!("kept-uploads-{account}")
}

async fn put_picture(home: &Home) {
    let aws = connect(&home.start().await).await;
    let bytes = vec![b'x'; 1 << 20];
    aws.s3.put_object().bucket(bucket(home)).key("a.bin").body(bytes.into()).send().await.unwrap();
}

/// The stack is there as it was, and so is the picture.
#[track_caller]
fn is_all_there(home: &Home) {
    let plan = home.run(&["plan", "--local", "--detailed-exitcode"]);
    assert_eq!(plan.status.code(), Some(0), "{}", text(&plan));
    let size = home.json(&["local", "status"])["data_bytes"].as_u64().unwrap();
    assert!(size > 1 << 20, "{size}");
}

#[tokio::test]
async fn what_up_made_survives_stop_and_kill_and_only_reset_deletes_it() {
    let home = with_a_stack().await;
    let stopped = home.run(&["local", "stop"]);
    assert!(text(&stopped).contains("its state stays"), "{}", text(&stopped));
    let status = home.json(&["local", "status"]);
    assert_eq!(status["running"], false);
    assert!(status["data_bytes"].as_u64().unwrap() > 1 << 20, "{status}");
    is_all_there(&home);

    let aws = connect(&home.start().await).await;
    aws.iam.create_user().user_name("late").send().await.unwrap();
    let state = home.aws.home().join("data/state/iam.json");
    until("it is saved", || says(&state, "late")).await;
    signal(home.pid().await, "-KILL");
    is_all_there(&home);
    connect(&home.start().await).await.iam.get_user().user_name("late").send().await.unwrap();

    home.ok(&["local", "reset", "--yes"]);
    assert_eq!(home.json(&["local", "status"])["data_bytes"], 0);
    assert_eq!(home.run(&["plan", "--local", "--detailed-exitcode"]).status.code(), Some(2));
}

/// After a reboot the files are there, the server is not, and its process id may be another program's.
#[tokio::test]
async fn a_reboot_costs_nothing_and_the_old_process_id_is_nobody_elses() {
    let home = with_a_stack().await;
    home.ok(&["local", "stop"]);
    let server = home.aws.home().join("server.json");
    assert!(home.aws.home().join("server.lock").exists(), "a lock that nobody holds");
    let mut other = Command::new("sleep").arg("600").spawn().unwrap();
    let pid = i32::try_from(other.id()).unwrap();
    let mut told: serde_json::Value = serde_json::from_slice(&std::fs::read(&server).unwrap()).unwrap();
    told["pid"] = pid.into();
    std::fs::write(&server, told.to_string()).unwrap();

    assert_eq!(home.json(&["local", "status"])["running"], false);
    assert_eq!(home.json(&["local", "stop"])["stopped"], false);
    is_all_there(&home);
    home.ok(&["local", "stop"]);
    let lived = lives(pid);
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(lived, "the other program was ended");
}

#[tokio::test]
async fn a_folder_with_something_else_in_it_is_refused_by_name_and_left_alone() {
    let mut home = Home::new();
    let folder = home.beside("photos");
    for name in ["tmp", "data"] {
        std::fs::create_dir_all(folder.join(name)).unwrap();
        std::fs::write(folder.join(name).join("holiday.jpg"), "mine").unwrap();
    }
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    home.aws = LocalAws::at(&folder);
    std::fs::write(home.beside("config.toml"), CONFIG).unwrap();
    for arguments in [
        &["local", "start"][..],
        &["local", "stop"],
        &["local", "status"],
        &["local", "reset", "--yes"],
        &["up", "--local", "--yes"],
    ] {
        let output = home.run(arguments);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(4), "{arguments:?}: {said}");
        assert!(said.contains(folder.to_str().unwrap()), "{arguments:?}: {said}");
        assert!(said.contains("PROVISIONER_LOCAL_HOME"), "{arguments:?}: {said}");
    }
    for name in ["tmp", "data"] {
        assert_eq!(std::fs::read_to_string(folder.join(name).join("holiday.jpg")).unwrap(), "mine");
    }
    assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
}

#[tokio::test]
async fn an_empty_folder_is_taken_and_found_again() {
    let mut home = Home::new();
    let folder = home.beside("empty");
    std::fs::create_dir(&folder).unwrap();
    home.aws = LocalAws::at(&folder);
    let endpoint = home.json(&["local", "start"])["endpoint"].clone();
    assert_eq!(home.json(&["local", "status"])["endpoint"], endpoint);
    assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
}

/// botocore is what the AWS CLI and boto3 are made of, and the local AWS has it.
#[tokio::test]
async fn the_profile_is_all_that_boto_needs() {
    let home = Home::new();
    home.start().await;
    let told = home.json(&["local", "start"]);
    let profile = told["profile"].as_object().unwrap();
    for file in profile.values() {
        let mode = std::fs::metadata(file.as_str().unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let python = local_aws::install(&|_| ()).await.unwrap();
    let ask = |environment: &serde_json::Map<String, serde_json::Value>| {
        let script = "import botocore.session\n\
                      sts = botocore.session.get_session().create_client('sts')\n\
                      print(sts.get_caller_identity()['Arn'])";
        let variables = environment.iter().map(|(name, value)| (name, value.as_str().unwrap()));
        let output = Command::new(&python).args(["-I", "-c", script]).env_clear().envs(variables).output();
        text(&output.unwrap())
    };
    let root = "arn:aws:iam::000000000000:root";
    assert!(ask(profile).contains(root), "{}", ask(profile));
    let environment = told["environment"].as_object().unwrap();
    assert!(ask(environment).contains(root), "{}", ask(environment));
}
