// What platforms send twice, or in another order, as consumers see it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/hearing.hpp"

namespace hark::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), with);
}

const Heard kMeta = {
    "meta", {{"app_secret", "secret:a"}, {"verify_token", "secret:b"}}, {"meta", true}};
const Heard kVk = {"vk", {{"secret", "secret:dc73Hq0pVk"}, {"confirmation", "a1"}}, {"vk", true}};
const Heard kTelegram = {"telegram", {{"secret_token", "secret:a"}}, {"telegram", true}};

TEST(Redelivery, TheSameBodyTwiceIsOneRecord) {
    const std::vector<std::pair<Heard, std::string>> bodies = {
        {kMeta, "meta/page_comment_add.json"},
        {kMeta, "meta/messenger_message.json"},
        {kVk, "vk/wall_reply_new.json"},
        {kTelegram, "telegram/message_private.json"},
        {{"line", {{"channel_secret", "secret:a"}}, {"line", true}}, "line/message_text.json"},
        {{"slack", {{"signing_secret", "secret:a"}}, {"slack", true}}, "slack/event_message.json"},
    };
    for (const auto& [source, name] : bodies) {
        Hark hark({source});
        const auto body = file("payloads/" + name);
        EXPECT_THAT(hark.hear(body), SizeIs(1)) << name;
        EXPECT_THAT(hark.hear(body), IsEmpty()) << name;
    }
}

TEST(Redelivery, MetaRepeatsAChangeInANewBatch) {
    Hark hark({kMeta});
    const auto body = file("payloads/meta/page_comment_add.json");
    const auto begin = body.find("{\"value\"");
    const auto change = body.substr(begin, body.rfind("}]}]}") + 1 - begin);
    hark.hear(body);
    auto batch = replaced(body, "\"time\":1772446562", "\"time\":1772446599");
    batch.insert(batch.rfind("]}]}"), "," + replaced(change, "_1204567890", "_1204567891"));
    EXPECT_THAT(hark.hear(batch), ElementsAre("facebook:comment:733100900011122_1204567891"));
}

TEST(Redelivery, TelegramsNumberOfAnUpdateTells) {
    Hark hark({kTelegram});
    const auto edited = file("payloads/telegram/edited_message.json");
    EXPECT_THAT(hark.hear(edited), SizeIs(1));
    EXPECT_THAT(hark.hear(edited), IsEmpty());
    const auto at = edited.find("\"update_id\":") + 12;
    const auto next = std::to_string(std::stoll(edited.substr(at)) + 1);
    const auto later = std::string(edited).replace(at, edited.find(',', at) - at, next);
    EXPECT_THAT(hark.hear(later), SizeIs(1)) << "another edit, with the same words";
}

TEST(Redelivery, VksNumberOfAnEventTells) {
    Hark hark({kVk});
    const auto edit = file("payloads/vk/wall_reply_edit.json");
    EXPECT_THAT(hark.hear(edit), SizeIs(1));
    EXPECT_THAT(hark.hear(edit), IsEmpty());
    const auto at = edit.find("\"event_id\":\"") + 12;
    EXPECT_THAT(hark.hear(std::string(edit).replace(at, 4, "beef")), SizeIs(1));
}

TEST(Redelivery, ADeletionThatComesBeforeItsCommentOrItsEditEndsInADeletion) {
    Hark hark({kVk});
    EXPECT_THAT(hark.hear(file("payloads/vk/wall_reply_delete.json")),
                ElementsAre("vk:wall_reply:-999000001_3511 deleted"));
    const auto created = file("payloads/vk/wall_reply_new.json");
    EXPECT_THAT(hark.hear(created), IsEmpty());
    EXPECT_THAT(hark.hear(replaced(created, "wall_reply_new", "wall_reply_edit")), IsEmpty());
    EXPECT_THAT(hark.hear(file("payloads/vk/wall_reply_restore.json")),
                ElementsAre("vk:wall_reply:-999000001_3511 edited"));
}

}  // namespace
}  // namespace hark::pipeline
