//! Import blocks for what exists, so that `terraform apply` takes it over and
//! changes nothing
//! (<https://developer.hashicorp.com/terraform/language/import>).

use std::fmt::Write as _;

use engine::config::{AsyncConfig, BucketRole};
use engine::resources::alarm;
use engine::resources::bucket::{self, Lifecycle, ObservedLifecycle, Versioning};
use engine::stack::{Stack, permission_statement_id};
use engine::world::World;

/// What the imported function has no value for: AWS does not tell where the code
/// came from, and so Terraform would upload the same package once more.
pub(crate) const OVERRIDE: &str = r#"# Written by `provisioner export imports`; delete it together with imports.tf.
#
# AWS does not say from which file the code came. Without this Terraform would
# upload the same package once more, instead of importing and nothing else.
resource "aws_lambda_function" "sanitizer" {
  lifecycle {
    ignore_changes = [filename, source_code_hash]
  }
}
"#;

/// Import blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Imports {
    /// Address and id of each.
    pub blocks: Vec<(String, String)>,
}

impl Imports {
    fn add(&mut self, to: impl Into<String>, id: impl Into<String>) {
        self.blocks.push((to.into(), id.into()));
    }

    /// The content of `imports.tf`.
    #[must_use]
    pub(crate) fn to_hcl(&self) -> String {
        let mut hcl = String::from(
            "# Written by `provisioner export imports`: what exists now. After `terraform apply`\n\
             # it is in Terraform's state, and this file and imports_override.tf can go.\n",
        );
        for (to, id) in &self.blocks {
            // Writing into a String cannot fail.
            let _ = write!(hcl, "\nimport {{\n  to = {to}\n  id = \"{id}\"\n}}\n");
        }
        hcl
    }
}

/// Blocks for every resource of `terraform/` that exists.
#[must_use]
pub(crate) fn imports(stack: &Stack, world: &World) -> Imports {
    let mut imports = Imports::default();
    for role in [BucketRole::Source, BucketRole::Destination] {
        if let Some(observed) = world.bucket(role).present() {
            bucket(&mut imports, stack, role, observed);
        }
    }
    let names = &stack.names;
    if world.source.present().is_some()
        && !(world.trigger.ours.is_empty() && world.trigger.foreign.is_empty())
    {
        imports.add("aws_s3_bucket_notification.source", names.bucket(BucketRole::Source));
    }
    if world.log_group.is_some() {
        imports.add("aws_cloudwatch_log_group.function", &names.log_group);
    }
    if let Some(role) = &world.role {
        let name = names.role();
        imports.add("aws_iam_role.function", name);
        if role.identity.policies.ours.is_some() {
            imports.add("aws_iam_role_policy.function", format!("{name}:{}", names.inline_policy));
        }
        imports.add("aws_iam_role_policies_exclusive.function", name);
        imports.add("aws_iam_role_policy_attachments_exclusive.function", name);
    }
    if let Some(function) = &world.function {
        imports.add("aws_lambda_function.sanitizer", &names.function);
        // There is one in both or neither: Lambda's default is none.
        let default = AsyncConfig::default();
        if function.asynchronous.config != default && stack.config.function.asynchronous != default {
            imports.add("aws_lambda_function_event_invoke_config.sanitizer[0]", &names.function);
        }
        let sid = permission_statement_id(&names.stack);
        if world.permission.iter().any(|statement| statement["Sid"] == sid.as_str()) {
            imports.add("aws_lambda_permission.s3", format!("{}/{sid}", names.function));
        }
    }
    for kind in alarm::Kind::ALL {
        let name = stack.names.alarm(kind.word());
        if world.alarms.contains_key(&name) {
            imports.add(format!("aws_cloudwatch_metric_alarm.this[\"{}\"]", kind.word()), name);
        }
    }
    for user in stack.iam_users() {
        let name = names.user(&user.name);
        let Some(observed) = world.users.get(&name).and_then(Option::as_ref) else { continue };
        let address = |kind: &str| format!("aws_iam_{kind}.this[\"{}\"]", user.name);
        imports.add(address("user"), &name);
        if observed.identity.policies.ours.is_some() {
            imports.add(address("user_policy"), format!("{name}:{}", names.inline_policy));
        }
        imports.add(address("user_policies_exclusive"), &name);
        imports.add(address("user_policy_attachments_exclusive"), &name);
    }
    for user in stack.role_users() {
        let name = names.user(&user.name);
        let Some(observed) = world.user_roles.get(&name).and_then(Option::as_ref) else { continue };
        let address = |kind: &str| format!("aws_iam_{kind}.user[\"{}\"]", user.name);
        imports.add(address("role"), &name);
        if observed.identity.policies.ours.is_some() {
            imports.add(address("role_policy"), format!("{name}:{}", names.inline_policy));
        }
        imports.add(address("role_policies_exclusive"), &name);
        imports.add(address("role_policy_attachments_exclusive"), &name);
    }
    imports
}

/// The aspects of a bucket, each of which is a resource of its own there.
fn bucket(imports: &mut Imports, stack: &Stack, role: BucketRole, observed: &bucket::Observed) {
    let config = stack.bucket(role);
    let aspects = [
        ("bucket", true),
        ("bucket_public_access_block", observed.public_access_blocked),
        ("bucket_ownership_controls", observed.ownership.is_some()),
        ("bucket_server_side_encryption_configuration", observed.encryption.is_some()),
        // These two are there only when the configuration asks for them.
        ("bucket_versioning", config.versioning && observed.versioning != Versioning::Off),
        ("bucket_policy", observed.policy.is_some()),
        (
            "bucket_lifecycle_configuration",
            Lifecycle::wanted(config).is_some() && observed.lifecycle != ObservedLifecycle::None,
        ),
    ];
    for (kind, _) in aspects.iter().filter(|(_, exists)| *exists) {
        imports.add(format!("aws_s3_{kind}.this[\"{}\"]", role.as_str()), stack.names.bucket(role));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::config::{Overrides, parse};
    use engine::resources::bucket::Observation;

    #[test]
    fn only_what_exists_is_imported() {
        let config = parse("stack = \"abc\"", "config.toml", &Overrides::default()).unwrap();
        let stack = Stack::new(config, "aws", "123456789012", "eu-central-1");
        assert_eq!(imports(&stack, &World::nothing(&stack)), Imports::default());

        let bare = bucket::Observed {
            region: "eu-central-1".to_owned(),
            public_access_blocked: false,
            ownership: None,
            grants: Vec::new(),
            encryption: None,
            versioning: Versioning::Off,
            mfa_delete: false,
            policy: None,
            lifecycle: ObservedLifecycle::None,
            other_rules: Vec::new(),
            tags: std::collections::BTreeMap::new(),
        };
        let world = World { source: Observation::Present(Box::new(bare)), ..World::nothing(&stack) };
        let hcl = imports(&stack, &world).to_hcl();
        assert!(hcl.ends_with(
            "\nimport {\n  to = aws_s3_bucket.this[\"source\"]\n  id = \"abc-uploads-123456789012\"\n}\n"
        ));
        assert_eq!(hcl.matches("import {").count(), 1);
    }
}
