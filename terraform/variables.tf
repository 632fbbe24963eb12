# The keys of config.toml, with the same meaning, defaults and limits.
# `provisioner export tfvars` writes their values to stack.auto.tfvars.json.
# The tables [source] and [destination] are called source_bucket and
# destination_bucket here, because Terraform reserves the name `source`.

variable "stack" {
  description = "Every name on AWS derives from this one, and everything is tagged with it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.stack))
    error_message = "A stack's name has 3 to 32 characters, a-z, 0-9 and hyphens; it begins with a letter and ends with a letter or digit."
  }
}

variable "region" {
  description = "The region. Without it: AWS_REGION or the profile's."
  type        = string
  default     = null

  validation {
    condition     = var.region == null || can(regex("^[a-z]{1,4}(-[a-z]+){1,2}-[0-9]{1,2}$", var.region))
    error_message = "A region's name looks like eu-central-1."
  }
}

variable "account" {
  description = "Refuse to work in any other account."
  type        = string
  default     = null

  validation {
    condition     = var.account == null || can(regex("^[0-9]{12}$", var.account))
    error_message = "An account has 12 digits."
  }
}

variable "permissions_boundary" {
  description = "ARN of a managed policy that bounds the rights of the role and of the users."
  type        = string
  default     = null

  validation {
    condition = var.permissions_boundary == null || (
      can(regex(
        "^arn:aws(-[a-z-]+)?:iam::([0-9]{12}|aws):policy/([!-~]*/)?[A-Za-z0-9_+=,.@-]{1,128}$",
        var.permissions_boundary,
      )) &&
      try(length(regex(":policy/(.*)$", var.permissions_boundary)[0]), 0) <= 640
    )
    error_message = "The boundary is the ARN of a managed policy, as in arn:aws:iam::123456789012:policy/boundary."
  }
}

variable "tags" {
  description = "Tags on everything that can be tagged, besides the stack's own."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.tags) <= 40 && alltrue([for key in keys(var.tags) : !can(regex("^(?i:aws|provisioner):", key))])
    error_message = "At most 40 tags; keys that begin with `aws:` or `provisioner:` are reserved."
  }

  # What all services accept.
  validation {
    condition = alltrue([
      for key, value in var.tags :
      can(regex("^[\\p{L}\\p{N} _.:/=+@-]{1,128}$", key)) && can(regex("^[\\p{L}\\p{N} _.:/=+@-]{0,256}$", value))
    ])
    error_message = "Tags are letters, digits, spaces and _ . : / = + - @; a key has 1 to 128, a value 0 to 256."
  }

  validation {
    condition     = length(distinct([for key in keys(var.tags) : lower(key)])) == length(var.tags)
    error_message = "For IAM, tags that differ in upper and lower case only are the same."
  }
}

variable "source_bucket" {
  description = "Bucket A, where people upload. In the name, {stack}, {account} and {region} stand for their values. Days are numbers, or \"never\"."
  type = object({
    bucket               = optional(string, "{stack}-uploads-{account}")
    versioning           = optional(bool, true)
    encryption           = optional(string, "AES256")
    kms_key              = optional(string)
    former_kms_keys      = optional(list(string), [])
    expire_days          = optional(number)
    noncurrent_days      = optional(string, "30")
    abort_multipart_days = optional(string, "7")
  })
  default = {}

  validation {
    condition     = can(regex("^([a-z0-9-]|[{](stack|account|region)[}])+$", var.source_bucket.bucket))
    error_message = "A bucket's name is made of a-z, 0-9, hyphens and the placeholders {stack}, {account} and {region}."
  }

  validation {
    condition     = contains(["AES256", "aws:kms"], var.source_bucket.encryption) && (var.source_bucket.encryption == "aws:kms") == (var.source_bucket.kms_key != null)
    error_message = "The encryption is \"AES256\", or \"aws:kms\" together with kms_key."
  }

  validation {
    condition = alltrue([
      for key in concat(var.source_bucket.kms_key[*], var.source_bucket.former_kms_keys) : can(regex(
        join("", [
          "^arn:aws(-[a-z-]+)?:kms:[a-z]{1,4}(-[a-z]+){1,2}-[0-9]{1,2}:[0-9]{12}:key/",
          "([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$",
        ]),
        key,
      ))
    ])
    error_message = "kms_key and former_kms_keys are ARNs of keys themselves, not of aliases."
  }

  validation {
    condition = alltrue([
      for days in [var.source_bucket.noncurrent_days, var.source_bucket.abort_multipart_days, coalesce(var.source_bucket.expire_days, 1)] :
      can(regex("^(never|[1-9][0-9]*)$", days)) && try(tonumber(days), 1) <= 2147483647
    ])
    error_message = "Days are whole numbers from 1 to 2147483647, or \"never\" (not for expire_days: leave it out)."
  }
}

variable "destination_bucket" {
  description = "Bucket B, where the clean pictures appear under the same keys. As source_bucket."
  type = object({
    bucket               = optional(string, "{stack}-clean-{account}")
    versioning           = optional(bool, true)
    encryption           = optional(string, "AES256")
    kms_key              = optional(string)
    former_kms_keys      = optional(list(string), [])
    expire_days          = optional(number)
    noncurrent_days      = optional(string, "30")
    abort_multipart_days = optional(string, "7")
  })
  default = {}

  validation {
    condition     = can(regex("^([a-z0-9-]|[{](stack|account|region)[}])+$", var.destination_bucket.bucket))
    error_message = "A bucket's name is made of a-z, 0-9, hyphens and the placeholders {stack}, {account} and {region}."
  }

  validation {
    condition     = contains(["AES256", "aws:kms"], var.destination_bucket.encryption) && (var.destination_bucket.encryption == "aws:kms") == (var.destination_bucket.kms_key != null)
    error_message = "The encryption is \"AES256\", or \"aws:kms\" together with kms_key."
  }

  validation {
    condition = alltrue([
      for key in concat(var.destination_bucket.kms_key[*], var.destination_bucket.former_kms_keys) : can(regex(
        join("", [
          "^arn:aws(-[a-z-]+)?:kms:[a-z]{1,4}(-[a-z]+){1,2}-[0-9]{1,2}:[0-9]{12}:key/",
          "([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$",
        ]),
        key,
      ))
    ])
    error_message = "kms_key and former_kms_keys are ARNs of keys themselves, not of aliases."
  }

  validation {
    condition = alltrue([
      for days in [var.destination_bucket.noncurrent_days, var.destination_bucket.abort_multipart_days, coalesce(var.destination_bucket.expire_days, 1)] :
      can(regex("^(never|[1-9][0-9]*)$", days)) && try(tonumber(days), 1) <= 2147483647
    ])
    error_message = "Days are whole numbers from 1 to 2147483647, or \"never\" (not for expire_days: leave it out)."
  }
}

variable "function" {
  description = <<-EOT
    The function between the buckets: MB of memory, seconds of timeout, days that its logs are kept.
    Values in its environment are in Terraform's plan and state, in clear.
  EOT
  type = object({
    memory               = optional(number, 1024)
    timeout              = optional(number, 60)
    architecture         = optional(string, "x86_64")
    environment          = optional(map(string), {})
    reserved_concurrency = optional(number)
    log_retention_days   = optional(number, 30)
    keep_user_metadata   = optional(bool, false)
    orientation          = optional(string, "upright")
    icc                  = optional(string, "keep")
    gain_maps            = optional(string, "keep")
    hidden_pixels        = optional(string, "blank")
    max_megapixels       = optional(number, 1000)
    keep                 = optional(list(string), [])
    on_failure           = optional(string)
    max_event_age        = optional(number, 21600)
    retries              = optional(number, 2)
  })
  default = {}

  validation {
    condition     = var.function.memory >= 128 && var.function.memory <= 10240 && floor(var.function.memory) == var.function.memory
    error_message = "A function has 128 to 10240 MB of memory."
  }

  validation {
    condition     = var.function.timeout >= 1 && var.function.timeout <= 900 && floor(var.function.timeout) == var.function.timeout
    error_message = "A function runs for 1 to 900 seconds."
  }

  validation {
    condition     = contains(["x86_64", "arm64"], var.function.architecture)
    error_message = "The architecture is x86_64 or arm64."
  }

  validation {
    condition     = contains(["upright", "tag", "drop"], var.function.orientation)
    error_message = "The orientation is upright, tag or drop."
  }

  validation {
    condition     = contains(["keep", "drop-srgb", "drop"], var.function.icc)
    error_message = "icc, what becomes of colour profiles, is keep, drop-srgb or drop."
  }

  validation {
    condition     = contains(["keep", "drop"], var.function.gain_maps)
    error_message = "gain_maps, what becomes of HDR gain maps, is keep or drop."
  }

  validation {
    condition     = contains(["blank", "refuse", "keep"], var.function.hidden_pixels)
    error_message = "hidden_pixels, what becomes of pixels that nobody sees, is blank, refuse or keep."
  }

  validation {
    condition     = var.function.max_megapixels >= 1 && var.function.max_megapixels <= 100000 && floor(var.function.max_megapixels) == var.function.max_megapixels
    error_message = "max_megapixels, the most that a picture may have, is a whole number from 1 to 100000."
  }

  validation {
    condition     = alltrue([for right in var.function.keep : contains(["copyright", "creator", "credit", "license"], right)])
    error_message = "keep, the words about rights that stay, is a list of copyright, creator, credit and license."
  }

  validation {
    condition = var.function.on_failure == null || can(regex(
      join("", [
        "^arn:aws(-[a-z-]+)?:(",
        "(sqs|sns):[a-z]{1,4}(-[a-z]+){1,2}-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]{1,256}|",
        "events:[a-z]{1,4}(-[a-z]+){1,2}-[0-9]{1,2}:[0-9]{12}:event-bus/[A-Za-z0-9/._-]{1,256}|",
        "s3:::[a-z0-9.-]{3,63})$",
      ]),
      var.function.on_failure,
    ))
    error_message = "on_failure, what is told of failed events, is the ARN of a standard queue or topic, a bucket or an event bus."
  }

  validation {
    condition     = var.function.max_event_age >= 60 && var.function.max_event_age <= 21600 && floor(var.function.max_event_age) == var.function.max_event_age
    error_message = "max_event_age, for how long Lambda tries, is 60 to 21600 seconds."
  }

  validation {
    condition     = contains([0, 1, 2], var.function.retries)
    error_message = "retries, how often Lambda tries again what failed, is 0, 1 or 2."
  }

  validation {
    condition = (
      coalesce(var.function.reserved_concurrency, 1) >= 1 &&
      coalesce(var.function.reserved_concurrency, 1) <= 2147483647 &&
      floor(coalesce(var.function.reserved_concurrency, 1)) == coalesce(var.function.reserved_concurrency, 1)
    )
    error_message = "A reserved concurrency is a whole number from 1: 0 would stop the function; leave it out to share."
  }

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.function.log_retention_days,
    )
    error_message = "CloudWatch Logs keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }

  validation {
    condition     = alltrue([for name in keys(var.function.environment) : can(regex("^[A-Za-z][A-Za-z0-9_]+$", name))])
    error_message = "Names of environment variables are letters, digits and underscores and begin with a letter."
  }

  validation {
    condition = alltrue([
      for name in keys(var.function.environment) :
      !can(regex("^(AWS_)?LAMBDA_", name)) && !contains([
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "SOURCE_BUCKET", "DESTINATION_BUCKET", "KEEP_USER_METADATA", "ORIENTATION", "ICC", "GAIN_MAPS",
        "HIDDEN_PIXELS", "MAX_MEGAPIXELS", "MIRROR_DELETES", "KEEP",
      ], name)
    ])
    error_message = "These environment variables are Lambda's own, or set by the stack."
  }

  # Lambda measures the JSON text of all of them: the stack's own are counted
  # with 63 characters each, and jsonencode escapes < > & and two line ends more.
  validation {
    condition = 4096 >= sum([
      for text in [base64encode(jsonencode(merge(
        {
          for name, value in var.function.environment :
          name => replace(replace(value, "/[<>&]/", "x"), "/[\u2028\u2029]/", "xxx")
        },
        {
          for name in ["SOURCE_BUCKET", "DESTINATION_BUCKET", "KEEP_USER_METADATA", "ORIENTATION", "ICC", "GAIN_MAPS", "HIDDEN_PIXELS", "MAX_MEGAPIXELS", "MIRROR_DELETES", "KEEP"] :
          name => format("%063d", 0)
        },
      )))] :
      length(text) / 4 * 3 - length(regexall("=", text))
    ])
    error_message = "All environment variables together, the stack's own included, have at most 4096 bytes as JSON."
  }
}

variable "trigger" {
  description = "Which uploads start the function. S3 compares suffixes case-sensitively. mirror_deletes: a clean copy goes when its source is deleted, or replaced by something that is refused."
  type = object({
    prefix         = optional(string, "")
    suffixes       = optional(list(string), [".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".heic", ".heif", ".hif", ".avif", ".JPG", ".JPEG", ".JPE", ".JFIF", ".PNG", ".WEBP", ".GIF", ".HEIC", ".HEIF", ".HIF", ".AVIF", ".Jpg", ".Jpeg", ".Jpe", ".Jfif", ".Png", ".Webp", ".Gif", ".Heic", ".Heif", ".Hif", ".Avif"])
    mirror_deletes = optional(bool, false)
  })
  default = {}

  validation {
    condition = (
      can(regex("^([A-Za-z0-9!_.'()-][A-Za-z0-9!_.'()/-]*)?$", var.trigger.prefix)) &&
      length(var.trigger.prefix) <= 1024
    )
    error_message = "A prefix is at most 1024 of a-z, A-Z, 0-9 and ! - _ . ' ( ) /, and does not begin with a slash."
  }

  validation {
    condition = length(var.trigger.suffixes) > 0 && alltrue([
      for suffix in var.trigger.suffixes :
      can(regex("^[A-Za-z0-9!_.'()/-]*[!_.'()/-][A-Za-z0-9!_.'()/-]*$", suffix)) && try(length(suffix), 0) <= 1024
    ])
    error_message = "There is at least one suffix; each has a dot, as in \".jpg\", and at most 1024 characters."
  }

  validation {
    condition     = length(var.trigger.suffixes) <= 100
    error_message = "There are at most 100 suffixes: each is an event notification, and a bucket has no more of them."
  }

  validation {
    condition = alltrue(flatten([
      for at, suffix in var.trigger.suffixes : [
        for other_at, other in var.trigger.suffixes : at == other_at || !endswith(suffix, other)
      ]
    ]))
    error_message = "Two suffixes are the same, or one is the end of another: S3 refuses two that one key can match."
  }
}

variable "alarms" {
  description = "Alarms on the function, each for so many events within five minutes, and the SNS topics to tell. null: no alarms."
  type = object({
    actions   = optional(list(string), [])
    errors    = optional(number, 5)
    throttles = optional(number, 5)
    dropped   = optional(number, 1)
    rejected  = optional(number, 1)
    # Percent of function.timeout.
    near_timeout = optional(number, 80)
  })
  default = null

  validation {
    condition = alltrue([
      for number in try([var.alarms.errors, var.alarms.throttles, var.alarms.dropped, var.alarms.rejected], []) :
      number >= 1 && number <= 2147483647 && floor(number) == number
    ])
    error_message = "An alarm is for 1 to 2147483647 events."
  }

  validation {
    condition = try(
      var.alarms.near_timeout >= 1 && var.alarms.near_timeout <= 100 && floor(var.alarms.near_timeout) == var.alarms.near_timeout,
      true,
    )
    error_message = "near_timeout is 1 to 100 percent of function.timeout."
  }

  validation {
    condition = length(try(var.alarms.actions, [])) <= 5 && alltrue([
      for topic in try(var.alarms.actions, []) : can(regex(
        join("", [
          "^arn:aws(-[a-z-]+)?:sns:[a-z]{1,4}(-[a-z]+){1,2}-[0-9]{1,2}:[0-9]{12}:",
          "([A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}[.]fifo)$",
        ]),
        topic,
      ))
    ])
    error_message = "Actions are at most 5 ARNs of SNS topics."
  }

  validation {
    condition     = try(length(distinct(var.alarms.actions)) == length(var.alarms.actions), true)
    error_message = "A topic is there twice."
  }
}

variable "users" {
  description = "Who may do what in which bucket. The IAM user is called <stack>-<name>; with a prefix, only keys that begin so. With kind = \"role\" it is a role that those of `trust` assume."
  type = list(object({
    name   = string
    bucket = string
    access = string
    prefix = optional(string, "")
    kind   = optional(string, "user")
    trust = optional(list(object({
      principal   = optional(string)
      external_id = optional(string)
      provider    = optional(string)
      audience    = optional(string)
      subject     = optional(string)
    })))
  }))
  default = []

  validation {
    condition     = alltrue([for user in var.users : contains(["user", "role"], user.kind)])
    error_message = "A user's kind is \"user\" or \"role\"."
  }

  # <stack>-sanitizer is the function's own role.
  validation {
    condition = alltrue([
      for user in var.users :
      user.kind == "role" ? try(length(user.trust), 0) > 0 && lower(user.name) != "sanitizer" : user.trust == null
    ])
    error_message = "A role has a `trust` with one entry at least and is not called sanitizer; a user has no `trust`."
  }

  validation {
    condition = alltrue(flatten([
      for user in var.users : [
        for trusted in coalesce(user.trust, []) :
        (trusted.principal == null) != (trusted.provider == null) &&
        (trusted.principal != null || trusted.external_id == null) &&
        (trusted.provider != null || (trusted.audience == null && trusted.subject == null))
      ]
    ]))
    error_message = "Each entry of `trust` has a principal, perhaps with an external_id, or a provider with its conditions."
  }

  # "*" would trust everybody who has an AWS account.
  validation {
    condition = alltrue(flatten([
      for user in var.users : [
        for trusted in coalesce(user.trust, []) :
        can(regex(
          "^([0-9]{12}|arn:aws(-[a-z-]+)?:iam::[0-9]{12}:(root|(user|role)/[!#%-)+-Z\\[\\]^-z|~]+))$",
          trusted.principal,
        )) if trusted.principal != null
      ]
    ]))
    error_message = "A principal is an account's 12 digits, or the ARN of a user or role, without wildcards."
  }

  # A provider signs tokens for all its customers; without both conditions any of them could assume the role.
  validation {
    condition = alltrue(flatten([
      for user in var.users : [
        for trusted in coalesce(user.trust, []) :
        can(regex("^arn:aws(-[a-z-]+)?:iam::[0-9]{12}:saml-provider/[^*?]+$", trusted.provider))
        ? trusted.subject == null && !can(regex("[*?]", trusted.audience))
        : can(regex("^arn:aws(-[a-z-]+)?:iam::[0-9]{12}:oidc-provider/[^*?]+$", trusted.provider)) &&
        can(regex("^[^*?]+$", trusted.audience)) && can(regex("^[^*?]", trusted.subject))
        if trusted.provider != null
      ]
    ]))
    error_message = "A provider is the ARN of a SAML provider, or of an OpenID Connect provider together with an audience without wildcards and a subject that does not begin with one."
  }

  # label:cust* is also whoever registers as customer2 with the same provider.
  validation {
    condition = alltrue(flatten([
      for user in var.users : [
        for trusted in coalesce(user.trust, []) :
        can(regex("^([^:*?]+([*?].*)?|[^*?]*[^*?:]|[^:*?]*:/*[^/:*?]+[/:].*)$", trusted.subject))
        if trusted.subject != null
      ]
    ]))
    error_message = "A subject with a label and a wildcard has the whole name of the customer in front of that, to the / or : behind it, such as project_path:GROUP/*."
  }

  # repo:* are the repositories of everybody at GitHub.
  validation {
    condition = alltrue(flatten([
      for user in var.users : [
        for trusted in coalesce(user.trust, []) :
        can(regex("^(repo:[^/*?]+/|[^:*?]+:[^*?])", trusted.subject)) && !can(regex("^repo:(/|[^/]*([*?]|$))", trusted.subject))
        if endswith(coalesce(trusted.provider, "-"), ":oidc-provider/token.actions.githubusercontent.com")
      ]
    ]))
    error_message = "A subject of GitHub begins with repo:ORGANISATION/."
  }

  validation {
    condition     = alltrue([for user in var.users : contains(["source", "destination"], user.bucket)])
    error_message = "A user's bucket is \"source\" or \"destination\"."
  }

  validation {
    condition     = alltrue([for user in var.users : contains(["read-write", "read-only", "write-only"], user.access)])
    error_message = "A user's access is \"read-write\", \"read-only\" or \"write-only\"."
  }

  validation {
    condition     = length(distinct([for user in var.users : lower(user.name)])) == length(var.users) && alltrue([for user in var.users : can(regex("^[A-Za-z0-9_+=,.@-]+$", user.name))])
    error_message = "Names of users are letters, digits and _ + = , . @ -, and each is there once."
  }

  # The prefix stands in a policy, where * and ? are wildcards and $ begins a variable.
  validation {
    condition = alltrue([
      for user in var.users :
      can(regex("^([^/*?$\"\\\\\\p{Cc}][^*?$\"\\\\\\p{Cc}]*)?$", user.prefix)) && can(regex("^[\\x{0}-\\x{FF}]*$", user.prefix))
    ])
    error_message = "A user's prefix has no * ? $ \" or \\, no control characters and none beyond U+00FF, which no policy of IAM takes, and does not begin with a slash."
  }

  # In bytes, which `length` does not count: base64 has four characters for three.
  validation {
    condition = alltrue([
      for text in [for user in var.users : base64encode(user.prefix)] :
      length(text) / 4 * 3 - length(regexall("=", text)) <= 256
    ])
    error_message = "A user's prefix has at most 256 bytes, because a user's policy has at most 2048."
  }
}

# What config.toml does not have.

variable "function_package" {
  description = "The function's zip, as `provisioner package` writes it."
  type        = string
  default     = "function.zip"
}

variable "force_destroy" {
  description = "Let `terraform destroy` delete all objects and their versions, and access keys that were made outside of Terraform, as `provisioner down --delete-data` does. Takes effect with an apply."
  type        = bool
  default     = false
}

variable "create_access_keys" {
  description = "Make an access key for each user. Their secrets are then in Terraform's state, in clear."
  type        = bool
  default     = false
}

variable "s3_use_path_style" {
  description = "Address buckets as https://endpoint/bucket: for an AWS_ENDPOINT_URL other than AWS's own. TF_VAR_s3_use_path_style=true sets it without an edit."
  type        = bool
  default     = false
}
