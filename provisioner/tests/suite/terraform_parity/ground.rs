//! A local AWS, a folder with a `config.toml` and the HCL, and both tools.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use engine::aws::{Aws, Connection};
use engine::config::{self, Overrides};
use engine::resources::bucket::Observation;
use engine::stack::Stack;
use engine::world::World;
use local_aws::{Ephemeral, LocalAws};
use serde_json::Value;
use testkit::tools;

/// The two users and everything else as shipped.
pub(crate) const CONFIG: &str = include_str!("../../../../config.toml");

/// What Terraform would do to what, by address.
pub(crate) type Planned = BTreeMap<String, String>;

/// How a difference is recognized: resource, attribute, a part of the value.
pub(crate) type Sign = (&'static str, &'static str, &'static str);

/// What a plan would change: which resource, which attribute (or, of all of it, what is done), and the value
/// that it has now.
#[derive(Debug)]
pub(crate) struct Difference {
    resource: String,
    attribute: String,
    from: String,
}

impl Difference {
    /// Whether it is of this resource and attribute.
    pub(crate) fn is_of(&self, (resource, attribute, _): Sign) -> bool {
        self.resource == resource && self.attribute == attribute
    }

    /// Whether that has this in its value, too.
    pub(crate) fn shows(&self, sign: Sign) -> bool {
        self.is_of(sign) && self.from.contains(sign.2)
    }
}

/// What a run said.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) struct Ground {
    pub(crate) local: Ephemeral,
    tool: &'static Path,
    folder: tempfile::TempDir,
}

/// Both tools on an empty AWS; nothing when there is no Terraform.
pub(crate) async fn ground(config: &str) -> Option<Ground> {
    let tool = tool()?;
    let ground =
        Ground { local: LocalAws::ephemeral().await.unwrap(), tool, folder: tempfile::tempdir().unwrap() };
    std::fs::write(ground.path("config.toml"), config).unwrap();
    std::fs::create_dir(ground.path("terraform")).unwrap();
    copy_hcl(tool, &ground.path("terraform"));
    std::fs::copy(package(), ground.path("terraform/function.zip")).unwrap();
    ground.provisioner(&["export", "tfvars"]);
    ground.terraform(&["init", "-input=false"]);
    Some(ground)
}

/// The value before a change, as JSON and in words, with the remark that names a policy.
fn value_before(change: &Value) -> String {
    let words = change["summary"].as_str().filter(|_| !change["from"].is_null());
    let words = words.and_then(|summary| summary.split(" -> ").next()).unwrap_or_default();
    format!("{} {words} {}", change["from"], change["note"])
}

/// The tool on this machine, if it can do its work: asked once.
fn tool() -> Option<&'static Path> {
    static TOOL: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match TOOL.get_or_init(find_tool) {
        Ok(path) => Some(path),
        Err(why) => {
            tools::skip(
                "terraform",
                why,
                "install Terraform or OpenTofu, and let `terraform -chdir=terraform init` reach its registry or a \
                 mirror (TF_CLI_CONFIG_FILE)",
            );
            None
        }
    }
}

/// A program on the PATH proves little: without its registry or a mirror Terraform cannot even initialise.
fn find_tool() -> Result<PathBuf, String> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    let path = ["terraform", "tofu"]
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
        .ok_or("neither `terraform` nor `tofu` is in PATH")?;
    let folder = tempfile::tempdir().unwrap();
    copy_hcl(&path, folder.path());
    let mut command = Command::new(&path);
    in_surroundings(&mut command);
    command.current_dir(folder.path()).args(["init", "-input=false", "-backend=false", "-no-color"]);
    let output = command.output().map_err(|error| format!("{} does not run: {error}", path.display()))?;
    if output.status.success() {
        return Ok(path);
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let first =
        text.lines().map(|line| line.trim_matches(['│', '╷', '╵', ' '])).find(|line| !line.is_empty());
    Err(format!("`{} init` fails: {}", path.display(), first.unwrap_or("it does not say why")))
}

/// Copies the HCL of this repository.
fn copy_hcl(tool: &Path, to: &Path) {
    let hcl = Path::new(env!("CARGO_MANIFEST_DIR")).join("../terraform");
    for entry in std::fs::read_dir(hcl).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        // The lock file is of Terraform's registry; OpenTofu has its own.
        let lock = name == ".terraform.lock.hcl" && tool.ends_with("terraform");
        if lock || (name.ends_with(".tf") && name != "imports.tf" && name != "imports_override.tf") {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// What a tool may know of this machine: nothing of its AWS.
fn in_surroundings(command: &mut Command) {
    command.env_clear();
    for key in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(key) {
            command.env(key, value);
        }
    }
    if let Some(path) = cli_configuration() {
        command.env("TF_CLI_CONFIG_FILE", path);
    }
    command.env("TF_IN_AUTOMATION", "1");
}

/// The function's package, built once, for both tools.
fn package() -> &'static Path {
    static PACKAGE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = PACKAGE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let (config, path) = (folder.path().join("config.toml"), folder.path().join("function.zip"));
        std::fs::write(&config, "stack = \"photos\"").unwrap();
        let output = Command::new(testkit::program())
            // For this machine, where the local AWS runs it.
            .env("AWS_ENDPOINT_URL", "https://127.0.0.1:1")
            .arg("package")
            .arg("--config")
            .arg(&config)
            .arg("--output")
            .arg(&path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (folder, path)
    });
    path
}

/// A CLI configuration of Terraform: the user's, or a mirror on this machine.
fn cli_configuration() -> Option<&'static str> {
    static CONFIGURATION: OnceLock<Option<String>> = OnceLock::new();
    let found = CONFIGURATION.get_or_init(|| {
        if let Some(path) = std::env::var("TF_CLI_CONFIG_FILE").ok().filter(|path| Path::new(path).is_file())
        {
            return Some(path);
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/tools/terraform-mirror");
        let output = Command::new(script).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
    });
    found.as_deref()
}

impl Ground {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, program: &Path, folder: &Path, arguments: &[&str]) -> Run {
        let mut command = Command::new(program);
        in_surroundings(&mut command);
        command
            .current_dir(folder)
            .args(arguments)
            .env("PROVISIONER_BOOTSTRAP", package())
            .envs(self.local.env());
        let Output { status, stdout, stderr } = command.output().unwrap();
        Run {
            code: status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&stdout).into_owned(),
            err: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }

    /// Runs the CLI and expects success.
    #[track_caller]
    pub(crate) fn provisioner(&self, arguments: &[&str]) -> Run {
        let run = self.run(testkit::program().as_ref(), self.folder.path(), arguments);
        assert_eq!(run.code, 0, "provisioner {arguments:?}\n{}\n{}", run.out, run.err);
        run
    }

    /// What `provisioner plan` says, and whether there are changes.
    #[track_caller]
    pub(crate) fn plan(&self) -> Run {
        let arguments = ["plan", "--detailed-exitcode", "-v"];
        let run = self.run(testkit::program().as_ref(), self.folder.path(), &arguments);
        assert!(run.code == 0 || run.code == 2, "{}\n{}", run.out, run.err);
        run
    }

    /// Runs Terraform and expects success.
    #[track_caller]
    pub(crate) fn terraform(&self, arguments: &[&str]) -> Run {
        let run = self.run(self.tool, &self.path("terraform"), arguments);
        assert_eq!(run.code, 0, "terraform {arguments:?}\n{}\n{}", run.out, run.err);
        run
    }

    #[track_caller]
    pub(crate) fn apply(&self) {
        self.terraform(&["apply", "-auto-approve", "-input=false", "-no-color"]);
    }

    #[track_caller]
    pub(crate) fn destroy(&self) {
        self.terraform(&["destroy", "-auto-approve", "-input=false", "-no-color"]);
    }

    /// What Terraform would change, and how many resources it would import
    /// (<https://developer.hashicorp.com/terraform/internals/machine-readable-ui>).
    #[track_caller]
    pub(crate) fn terraform_plan(&self) -> (Planned, u64) {
        let out = self.terraform(&["plan", "-input=false", "-json"]).out;
        let (mut planned, mut imported) = (Planned::new(), None);
        for event in out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            let change = &event["change"];
            match event["type"].as_str() {
                // What is imported and changed, too, is an "update".
                Some("planned_change")
                    if !matches!(change["action"].as_str(), Some("noop" | "read" | "import")) =>
                {
                    let address = change["resource"]["addr"].as_str().unwrap().to_owned();
                    planned.insert(address, change["action"].to_string());
                }
                Some("change_summary") => imported = Some(event["changes"]["import"].as_u64().unwrap_or(0)),
                _ => {}
            }
        }
        (planned, imported.expect("a plan ends with a summary"))
    }

    /// What provisioner would change, attribute by attribute.
    #[track_caller]
    pub(crate) fn differences(&self) -> Vec<Difference> {
        let plan: Value = serde_json::from_str(&self.provisioner(&["plan", "--json"]).out).unwrap();
        let mut differences = Vec::new();
        for resource in plan["resources"].as_array().unwrap() {
            for change in resource["changes"].as_array().unwrap() {
                let attribute = change["attribute"].as_str().or(change["action"].as_str()).unwrap();
                differences.push(Difference {
                    resource: format!(
                        "{} {}",
                        resource["resource"].as_str().unwrap(),
                        resource["name"].as_str().unwrap()
                    ),
                    attribute: attribute.to_owned(),
                    from: value_before(change),
                });
            }
        }
        differences
    }

    /// What Terraform would change, attribute by attribute
    /// (<https://developer.hashicorp.com/terraform/internals/json-format#change-representation>).
    #[track_caller]
    pub(crate) fn terraform_differences(&self) -> Vec<Difference> {
        self.terraform(&["plan", "-input=false", "-out=drift.tfplan"]);
        let plan: Value =
            serde_json::from_str(&self.terraform(&["show", "-json", "drift.tfplan"]).out).unwrap();
        let mut differences = Vec::new();
        for resource in plan["resource_changes"].as_array().unwrap() {
            let address = resource["address"].as_str().unwrap();
            let change = &resource["change"];
            let mut add = |attribute: &str, from: &Value| {
                let (resource, attribute) = (address.to_owned(), attribute.to_owned());
                differences.push(Difference { resource, attribute, from: from.to_string() });
            };
            match change["actions"][0].as_str().unwrap() {
                "no-op" | "read" => {}
                "update" => {
                    // What is known after the apply only is not there.
                    for (attribute, to) in change["after"].as_object().unwrap() {
                        let from = &change["before"][attribute];
                        // An import leaves nothing where an apply writes the default.
                        let default = from.is_null() && *to == false;
                        // `tags_all` has them, too.
                        if from != to && !default && attribute != "tags" {
                            add(attribute, from);
                        }
                    }
                }
                action => add(action, &Value::Null),
            }
        }
        for check in plan["checks"].as_array().into_iter().flatten() {
            if check["status"] == "fail" {
                let resource = check["address"]["to_display"].as_str().unwrap().to_owned();
                differences.push(Difference { resource, attribute: "check".to_owned(), from: String::new() });
            }
        }
        differences
    }

    pub(crate) async fn aws(&self) -> Aws {
        let connection = Connection {
            endpoint: Some(self.local.endpoint.clone()),
            ca_bundle: Some(self.local.ca_bundle.clone()),
            region: Some(self.local.region.clone()),
            credentials: Some((self.local.access_key_id.clone(), self.local.secret_access_key.clone())),
        };
        Aws::connect(&connection).await.unwrap()
    }

    pub(crate) fn stack(&self, aws: &Aws) -> Stack {
        let config = config::load(&self.path("config.toml"), &Overrides { stack: None }).unwrap();
        Stack::new(config, &aws.partition, &aws.account, &aws.region)
    }

    /// All that exists, without its times.
    pub(crate) async fn world(&self) -> World {
        let aws = self.aws().await;
        let mut world = Box::pin(World::observe(&aws, &self.stack(&aws))).await.unwrap();
        if let Some(function) = &mut world.function {
            function.last_modified.clear();
        }
        for role in world.role.iter_mut().chain(world.user_roles.values_mut().flatten()) {
            role.created_at = None;
        }
        world
    }

    /// Nothing of the stack is left.
    #[track_caller]
    pub(crate) fn assert_empty(world: &World) {
        assert_eq!((&world.source, &world.destination), (&Observation::Absent, &Observation::Absent));
        assert!(world.log_group.is_none() && world.role.is_none() && world.function.is_none());
        assert!(world.users.values().all(Option::is_none), "{:?}", world.users);
        assert!(world.user_roles.values().all(Option::is_none) && world.former_roles.is_empty());
        assert!(world.former_users.is_empty() && world.former_buckets.is_empty());
    }
}
