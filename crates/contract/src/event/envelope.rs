//! Events of S3 inside messages of SNS and SQS, for people whose uploads start more than one thing.
//!
//! - [SNS to Lambda](https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html)
//! - [SQS to Lambda](https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html)
//! - [SNS to SQS](https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html), with and without raw delivery

use serde_json::Value;

use super::{NotAnEvent, Records};

/// What is in each message, when the payload has messages.
pub(super) fn open(payload: &Value) -> Option<Vec<Result<Records, NotAnEvent>>> {
    let messages = payload.get("Records")?.as_array()?;
    // SNS spells it with a capital.
    let first = messages.first()?;
    let source = first.get("eventSource").or_else(|| first.get("EventSource"))?.as_str()?;
    let read: fn(&Value) -> Result<Records, NotAnEvent> = match source {
        "aws:sqs" => |message| in_sqs(message.get("body")),
        "aws:sns" => |message| in_message("SNS", message.get("Sns").and_then(|sns| sns.get("Message"))),
        _ => return None,
    };
    Some(messages.iter().map(read).collect())
}

/// The body is the event, or a message of SNS that was delivered into the queue.
fn in_sqs(body: Option<&Value>) -> Result<Records, NotAnEvent> {
    let notification = body.and_then(Value::as_str).and_then(|body| serde_json::from_str::<Value>(body).ok());
    match notification {
        Some(message) if message.get("Type").and_then(Value::as_str) == Some("Notification") => {
            in_message("SNS", message.get("Message"))
        }
        _ => in_message("SQS", body),
    }
}

fn in_message(service: &'static str, text: Option<&Value>) -> Result<Records, NotAnEvent> {
    let text = text.and_then(Value::as_str).unwrap_or_default();
    let read = serde_json::from_str(text).and_then(Records::parse);
    read.map_err(|error| NotAnEvent::Message { service, error })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Event, about};
    use super::*;

    fn read(payload: Value) -> Records {
        match Event::parse(payload) {
            Ok(Event::Records(records)) => records,
            other => panic!("{other:?}"),
        }
    }

    fn sqs(bodies: &[String]) -> Value {
        let records: Vec<Value> = bodies
            .iter()
            .map(|body| json!({"messageId": "m", "receiptHandle": "r", "eventSource": "aws:sqs", "body": body}))
            .collect();
        json!({"Records": records})
    }

    fn keys(records: &Records) -> Vec<String> {
        records.records.iter().map(|record| record.key().unwrap()).collect()
    }

    #[test]
    fn an_event_is_found_in_every_envelope() {
        let event = about("uploads", "a b+c/é.jpg").to_string();
        let in_topic =
            json!({"Type": "Notification", "TopicArn": "arn:aws:sns:eu-central-1:1:t", "Message": event});
        let sns = json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0",
            "Sns": {"Type": "Notification", "Message": event}}]});
        for payload in [sqs(std::slice::from_ref(&event)), sqs(&[in_topic.to_string()]), sns] {
            let read = read(payload.clone());
            assert_eq!(keys(&read), ["a b+c/é.jpg"], "{payload}");
            assert!(read.unreadable.is_empty());
        }
    }

    #[test]
    fn what_is_no_event_does_not_stop_the_others() {
        let event = |key| about("uploads", key).to_string();
        let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent"}).to_string();
        let read = read(sqs(&[event("1.jpg"), "hello".to_owned(), test, event("2.jpg")]));
        assert_eq!(keys(&read), ["1.jpg", "2.jpg"]);
        assert!(read.is_test);
        let [error] = &read.unreadable[..] else { panic!("{read:?}") };
        assert!(error.to_string().starts_with("a message of SQS is not an S3 event: "), "{error}");
    }

    #[test]
    fn an_envelope_in_an_envelope_is_not_followed_for_ever() {
        let twice = read(sqs(&[sqs(&[about("uploads", "k.jpg").to_string()]).to_string()]));
        assert!(twice.records.is_empty() && twice.unreadable.len() == 1, "{twice:?}");
        for payload in [
            json!({"Records": [{"EventSource": "aws:sns"}]}),
            json!({"Records": [{"eventSource": "aws:sqs", "body": 7}]}),
        ] {
            assert_eq!(read(payload).unreadable.len(), 1);
        }
    }
}
