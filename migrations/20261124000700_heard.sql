-- What Slack told last. Its deliveries come twice, late and out of order; of each thing the newest told counts.
CREATE TABLE slack_heard (
    channel_id varchar(32) NOT NULL CONSTRAINT slack_heard_channel_fkey REFERENCES slack_conversations
                           ON UPDATE CASCADE ON DELETE CASCADE,
    -- `name`, `status`, `member <user>`.
    about      text        NOT NULL,
    -- When it happened, by Slack's clock.
    at         timestamptz NOT NULL,
    PRIMARY KEY (channel_id, about)
);
