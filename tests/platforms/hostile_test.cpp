// What the platforms make of bodies that nobody honest sends, and of honest ones in another
// dress: other types, another order, unknown members.

#include <gtest/gtest.h>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

std::unique_ptr<Platform> make_default(const std::string& name) {
    return make(name, read("payloads/" + name + "/settings.json"));
}

std::string repeat(std::string_view piece, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += piece;
    return text;
}

struct Hostile {
    std::string name;
    std::string body;
    std::string error;
};

/// A message in each platform's clothes with `%` in place of its text's JSON.
struct Dress {
    std::string platform;
    std::string body;
};

const std::vector<Dress> kDresses = {
    {"meta", R"({"object":"page","entry":[{"id":"1","time":1772450000456,"messaging":[)"
             R"({"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1772450000123,)"
             R"("message":{"mid":"m","text":%}}]}]})"},
    {"vk", R"({"group_id":1,"type":"wall_reply_new","event_id":"e","object":{"id":3,"from_id":2,)"
           R"("date":1772441300,"post_id":4,"owner_id":-1,"text":%},"secret":"dc73Hq0pVk"})"},
    {"telegram", R"({"update_id":1,"message":{"message_id":2,"from":{"id":3,"first_name":"S"},)"
                 R"("chat":{"id":3,"type":"private"},"date":1772443010,"text":%}})"},
    {"mastodon", R"({"id":"7","uri":"https://a.example/7","account":{"acct":"a"},"content":%})"},
    {"x",
     R"({"data":{"id":"2090000000000000001","author_id":"15","text":%},"includes":{"users":[]}})"},
    {"slack", R"({"type":"event_callback","event_id":"Ev1","event":{"type":"message",)"
              R"("channel":"C1","user":"U1","ts":"1772447600.000100","text":%}})"},
    {"line", R"({"destination":"U0","events":[{"type":"message","timestamp":1772448000123,)"
             R"("source":{"type":"user","userId":"U1"},"message":{"id":"4","type":"text",)"
             R"("text":%}}]})"},
    {"viber", R"({"event":"message","timestamp":1772448100123,"message_token":49126618,)"
              R"("sender":{"id":"1="},"message":{"type":"text","text":%}})"},
    {"linkedin", R"({"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[)"
                 R"({"notificationId":1,"action":"COMMENT","sourcePost":"urn:li:activity:1",)"
                 R"("generatedActivity":"urn:li:comment:2","decoratedGeneratedActivity":)"
                 R"({"comment":{"owner":"urn:li:person:3","text":%}}}]})"},
    {"zendesk", R"({"type":"zen:event-type:ticket.comment_added","account_id":1,"detail":)"
                R"({"id":"2"},"event":{"comment":{"id":"3","is_public":true,"body":%}}})"},
    {"intercom", R"({"topic":"conversation.user.replied","id":"n","app_id":"a","data":{"item":)"
                 R"({"id":"1","created_at":5,"conversation_parts":{"conversation_parts":[)"
                 R"({"id":"2","part_type":"comment","body":%}]}}}})"},
    {"ok", R"({"webhookType":"MESSAGE_CREATED","sender":{"user_id":"user:1"},"recipient":)"
           R"({"chat_id":"chat:C1"},"message":{"mid":"mid:C1.1","text":%},"timestamp":5})"},
    {"max", R"({"update_type":"message_created","timestamp":5,"message":{"recipient":)"
            R"({"chat_id":1},"body":{"mid":"m","text":%}}})"},
    {"discord", R"({"t":"MESSAGE_CREATE","s":1,"op":0,"d":{"id":"5","channel_id":"7","author":)"
                R"({"id":"8","username":"u"},"type":0,"content":%}})"},
};

std::string dressed(const Dress& dress, std::string_view text_json) {
    auto body = dress.body;
    body.replace(body.find('%'), 1, text_json);
    return body;
}

class EveryPlatform : public ::testing::TestWithParam<Dress> {
protected:
    Fields decode_text(std::string_view text_json) {
        return decode(*platform_, dressed(GetParam(), text_json));
    }
    std::unique_ptr<Platform> platform_ = make_default(GetParam().platform);
};

TEST_P(EveryPlatform, UnescapesText) {
    EXPECT_EQ(decode_text(R"("\ud83d\ude21 \"\\\/\b\f\n\r\t\u0105")").at("mentions[0].text"),
              "\xF0\x9F\x98\xA1 \"\\/\b\f\n\r\t\xC4\x85");
}

TEST_P(EveryPlatform, ReadsAnEscapedNulAsTheSignOfReplacement) {
    EXPECT_EQ(decode_text(R"("a\u0000b")").at("mentions[0].text"), "a\uFFFDb");
}

TEST_P(EveryPlatform, RefusesTextThatIsNoText) {
    EXPECT_EQ(decode_text(R"("\ud83d")").at("error"), "lone_surrogate");
    EXPECT_EQ(decode_text(R"("\ude21\ud83d")").at("error"), "lone_surrogate");
    EXPECT_EQ(decode_text(R"("\x41")").at("error"), "malformed_json");
    EXPECT_EQ(decode_text("\"\xC3\"").at("error"), "invalid_utf8");
    EXPECT_EQ(decode_text("\"\xED\xA0\x80\"").at("error"), "invalid_utf8");
    EXPECT_EQ(decode_text(std::string("\"a\0b\"", 5)).at("error"), "malformed_json");
    EXPECT_EQ(decode_text("\"a\nb\"").at("error"), "malformed_json");
    EXPECT_EQ(decode_text("17").at("error"), "wrong_type");
    EXPECT_EQ(decode_text("{}").at("error"), "wrong_type");
    EXPECT_EQ(decode_text("true").at("error"), "wrong_type");
}

TEST_P(EveryPlatform, RefusesTextBeyondTheLimit) {
    const auto fits = decode_text('"' + std::string(limits::kTextBytes, 'a') + '"');
    EXPECT_EQ(fits.at("mentions[0].text").size(), limits::kTextBytes);
    const auto over = decode_text('"' + std::string(limits::kTextBytes + 1, 'a') + '"');
    EXPECT_EQ(over.at("error"), "too_large");
}

TEST_P(EveryPlatform, TakesTheFirstOfDuplicateKeys) {
    EXPECT_EQ(decode_text(R"("first","text":"second")").at("mentions[0].text"), "first");
    EXPECT_EQ(decode_text(R"("","text":"second")").count("mentions[0].text"), 0U);
}

TEST_P(EveryPlatform, LetsUnknownMembersPass) {
    const auto plain = decode_text(R"("hello")");
    EXPECT_EQ(decode_text(R"("hello","x":[{"text":"no"},[null,1.5e3,-0,true]],"\u0079":{})"),
              plain);
    EXPECT_EQ(decode_text("\"hello\" , \"x\" : \t\r\n {}"), plain);
}

TEST_P(EveryPlatform, RefusesBrokenJson) {
    const std::vector<Hostile> cases = {
        {"empty", "", "truncated"},
        {"blank", "  \n", "truncated"},
        {"null", "null", "wrong_type"},
        {"number", "1", "wrong_type"},
        {"string", "\"x\"", "wrong_type"},
        {"array", "[]", "wrong_type"},
        {"empty object", "{}", "missing_member"},
        {"no brace", "{", "truncated"},
        {"open string", R"({"object":"pa)", "truncated"},
        {"garbage after", dressed(GetParam(), "\"x\"") + "x", "malformed_json"},
        {"two documents", dressed(GetParam(), "\"x\"") + "{}", "malformed_json"},
        {"brace too many", dressed(GetParam(), "\"x\"") + "}", "malformed_json"},
        {"comma", R"({"a":1,})", "malformed_json"},
        {"no colon", R"({"a" 1})", "malformed_json"},
        {"not utf8", "{\"a\":\"\xFF\"}", "invalid_utf8"},
    };
    for (const auto& hostile : cases) {
        const auto fields = decode(*platform_, hostile.body);
        ASSERT_TRUE(fields.contains("error")) << hostile.name;
        EXPECT_FALSE(fields.contains("mentions[0].platform")) << hostile.name;
        EXPECT_EQ(fields.at("error"), hostile.error) << hostile.name;
    }
}

TEST_P(EveryPlatform, RefusesDepth) {
    const auto nested = [&](std::size_t depth) {
        return decode_text("\"x\",\"deep\":" + repeat("[", depth) + repeat("]", depth));
    };
    EXPECT_FALSE(nested(limits::kJsonDepth / 2).contains("error"));
    EXPECT_EQ(nested(limits::kJsonDepth + 1).at("error"), "too_deep");
    EXPECT_EQ(nested(1'000'000).at("error"), "too_deep");
}

TEST_P(EveryPlatform, HasRoomForEscapedKeys) {
    // The parser unescapes a key into a buffer little larger than the body: once, not twice.
    const auto key = "\"\\n" + std::string(200'000, 'k') + "\":1,";
    const auto body = dressed(GetParam(), "\"x\"");
    for (auto at = body.find('{'); at != std::string::npos; at = body.find('{', at + 1)) {
        auto stuffed = body;
        stuffed.insert(at + 1, key);
        EXPECT_EQ(decode(*platform_, stuffed).at("mentions[0].text"), "x");
    }
}

INSTANTIATE_TEST_SUITE_P(AllPlatforms, EveryPlatform, ::testing::ValuesIn(kDresses),
                         [](const auto& test) { return test.param.platform; });

// -- Meta

class MetaTraps : public ::testing::Test {
protected:
    /// A page comment with these further members of `value`.
    static std::string comment(std::string_view members) {
        return R"({"field":"feed","value":{"item":"comment","verb":"add","post_id":"1_2",)"
               R"("parent_id":"1_2","comment_id":"2_3","created_time":1772446560)" +
               std::string(members) + "}}";
    }
    static std::string page(std::string_view changes) {
        return R"({"object":"page","entry":[{"id":"1","time":1772446562,"changes":[)" +
               std::string(changes) + "]}]}";
    }
    Fields decode(std::string_view body) { return testing::decode(*meta_, body); }

    std::unique_ptr<Platform> meta_ = make_default("meta");
};

TEST_F(MetaTraps, NumbersAndStringsAreTheSameId) {
    const auto strings = decode(
        R"({"object":"page","entry":[{"id":"77","time":"1772446562","changes":[{"field":"feed",)"
        R"("value":{"item":"comment","verb":"add","from":{"id":"77","name":"N"},"post_id":"1_2",)"
        R"("parent_id":"1_2","comment_id":"3","created_time":"1772446560","message":"m"}}]}]})");
    const auto numbers = decode(
        R"({"object":"page","entry":[{"id":77,"time":1772446562,"changes":[{"field":"feed",)"
        R"("value":{"item":"comment","verb":"add","from":{"id":77,"name":"N"},"post_id":"1_2",)"
        R"("parent_id":"1_2","comment_id":3,"created_time":1772446560,"message":"m"}}]}]})");
    EXPECT_EQ(strings, numbers);
    EXPECT_EQ(numbers.at("mentions[0].author.is_brand"), "true");
    EXPECT_EQ(numbers.at("mentions[0].id"), "facebook:comment:3");
}

TEST_F(MetaTraps, OrderOfMembersIsFree) {
    const auto one =
        decode(R"({"object":"instagram","entry":[{"id":"5","time":1772451001,"changes":[{"field":)"
               R"("comments","value":{"id":"9","text":"t","from":{"id":"5","username":"u"},)"
               R"("media":{"id":"7"}}}]}]})");
    const auto other = decode(
        R"({"entry":[{"changes":[{"value":{"media":{"id":"7"},"from":{"username":"u","id":"5"},)"
        R"("text":"t","id":"9"},"field":"comments"}],"time":1772451001,"id":"5"}],)"
        R"("object":"instagram"})");
    EXPECT_EQ(one, other);
    EXPECT_EQ(other.at("mentions[0].created_at"), "2026-03-02T11:30:01.000Z");
    EXPECT_EQ(other.at("mentions[0].author.is_brand"), "true");
}

TEST_F(MetaTraps, WhatsAppNamesMayFollowTheMessage) {
    const auto fields = decode(
        R"({"entry":[{"changes":[{"value":{"messages":[{"type":"text","text":{"body":"hi"},)"
        R"("timestamp":"1772452000","id":"w","from":"48"}],"contacts":[{"wa_id":"47",)"
        R"("profile":{"name":"No"}},{"profile":{"name":"Yes"},"user_id":"PL.9","wa_id":"48"}],)"
        R"("metadata":{"phone_number_id":"10"}},"field":"messages"}]}],)"
        R"("object":"whatsapp_business_account"})");
    EXPECT_EQ(fields.at("mentions[0].author.name"), "Yes");
    EXPECT_EQ(fields.at("mentions[0].author.id"), "PL.9") << "the id that stays, not the number";
    EXPECT_EQ(fields.at("mentions[0].thread"), "whatsapp:10:PL.9");
}

TEST_F(MetaTraps, OneBadUpdateLeavesTheOthers) {
    const auto body =
        page(comment(R"(,"message":"good")") + "," + comment(R"(,"message":{"not":"text"})") +
             ",17," + comment(R"(,"message":"good too")"));
    const PaddedBytes bytes(body);
    Frame frame;
    frame.bytes = bytes.view();
    Arena arena;
    Mentions mentions;
    ASSERT_EQ(meta_->decode(frame, arena, mentions), Errc::ok);
    ASSERT_EQ(mentions.list.size(), 2U);
    EXPECT_EQ(mentions.list[0].text, "good");
    EXPECT_EQ(mentions.list[1].text, "good too");
    ASSERT_EQ(mentions.refused.size(), 2U);
    EXPECT_EQ(mentions.refused[0].reason, Errc::wrong_type);
    EXPECT_EQ(mentions.refused[0].bytes, comment(R"(,"message":{"not":"text"})"));
    EXPECT_EQ(mentions.refused[1].bytes, "17");
}

TEST_F(MetaTraps, ABatchOfNothingButBadUpdatesIsRefusedWhole) {
    EXPECT_EQ(decode(page(comment(R"(,"message":1)"))), (Fields{{"error", "wrong_type"}}));
    EXPECT_EQ(decode(R"({"object":"page","entry":{"id":1}})"), (Fields{{"error", "wrong_type"}}));
    EXPECT_EQ(decode(R"({"object":"page"})"), (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode(R"({"entry":[]})"), (Fields{{"error", "missing_member"}}));
}

TEST_F(MetaTraps, BrokenJsonAfterGoodUpdatesRefusesAll) {
    const auto good = page(comment(R"(,"message":"good")"));
    EXPECT_EQ(decode(good.substr(0, good.size() - 3) + ",}]}"),
              (Fields{{"error", "malformed_json"}}));
}

TEST_F(MetaTraps, BadMembersOfEventsThatNobodyReadsDoNotMatter) {
    EXPECT_EQ(decode(page(R"({"field":"leadgen","value":{"message":7,"created_time":"soon"}})")),
              (Fields{{"ignored", "1"}}));
    EXPECT_EQ(decode(page(comment(R"(,"message":"m","reaction_type":{})"))).count("error"), 0U);
    EXPECT_EQ(decode(R"({"object":"page","entry":[{"id":1,"messaging":[{"delivery":{}}]}]})"),
              (Fields{{"ignored", "1"}}));
    EXPECT_EQ(decode(R"({"object":"permissions","entry":[{"id":1,"changes":[{"field":"x"}]}]})"),
              (Fields{{"ignored", "1"}}));
}

TEST_F(MetaTraps, IdsAndTimesBeyondTheirLimitsAreRefused) {
    EXPECT_EQ(decode(page(comment(",\"from\":{\"id\":\"" + std::string(1025, '1') + "\"}"))),
              (Fields{{"error", "too_large"}}));
    const auto with_time = [](std::string_view time) {
        return R"({"object":"page","entry":[{"id":"1","changes":[{"field":"mention","value":)"
               R"({"item":"post","verb":"add","post_id":"1_2","created_time":)" +
               std::string(time) + "}}]}]}";
    };
    EXPECT_EQ(decode(with_time("1772446560")).count("error"), 0U);
    for (const auto* time : {"-1", "99999999999999999999", "7289654400", "\"soon\""}) {
        EXPECT_EQ(decode(with_time(time)).at("error"), "number_range") << time;
    }
    for (const auto* time : {"1.5", "1e9", "true", "[]"}) {
        EXPECT_EQ(decode(with_time(time)).at("error"), "wrong_type") << time;
    }
}

TEST_F(MetaTraps, MoreUpdatesThanABatchMayHoldAreRefused) {
    const auto many = [&](std::size_t count) {
        std::string changes;
        for (std::size_t i = 0; i < count; ++i) {
            changes += (i == 0 ? "" : ",") + comment(R"(,"message":"m")");
        }
        return decode(page(changes));
    };
    EXPECT_EQ(many(limits::kMentionsPerFrame).count("error"), 0U);
    EXPECT_EQ(many(limits::kMentionsPerFrame + 1), (Fields{{"error", "too_many"}}));
}

TEST_F(MetaTraps, LinksBelongToTheirMention) {
    const auto fields = decode(page(comment(R"(,"message":"a","link":"https://a.example")") + "," +
                                    comment(R"(,"message":7,"link":"https://lost.example")") + "," +
                                    comment(R"(,"message":"b")") + "," +
                                    comment(R"(,"message":"c","link":"https://c.example")")));
    EXPECT_EQ(fields.at("mentions[0].links[0]"), "https://a.example");
    EXPECT_EQ(fields.count("mentions[1].links[0]"), 0U);
    EXPECT_EQ(fields.at("mentions[2].links[0]"), "https://c.example");
}

TEST_F(MetaTraps, SharedPostsAreLinksAndUploadsAreMedia) {
    const auto fields = decode(
        R"({"object":"page","entry":[{"id":1,"messaging":[{"sender":{"id":2},"recipient":{"id":1},)"
        R"("timestamp":1772450000123,"message":{"mid":"m","attachments":[)"
        R"({"type":"fallback","payload":{"url":"https://shop.example/x"}},)"
        R"({"payload":{"url":"https://cdn.example/1.jpg"},"type":"image"},)"
        R"({"type":"location","payload":{"coordinates":{}}},{"type":"audio"}]}}]}]})");
    EXPECT_EQ(fields.at("mentions[0].links[0]"), "https://shop.example/x");
    EXPECT_EQ(fields.count("mentions[0].links[1]"), 0U);
    EXPECT_EQ(fields.at("mentions[0].media"), "2");
}

TEST_F(MetaTraps, TakenBackReactionsAreDeletions) {
    const auto messenger = decode(
        R"({"object":"page","entry":[{"id":1,"messaging":[{"sender":{"id":2},"recipient":{"id":1},)"
        R"("timestamp":5,"reaction":{"mid":"m","action":"unreact"}}]}]})");
    EXPECT_EQ(messenger.at("mentions[0].action"), "deleted");
    EXPECT_EQ(messenger.at("mentions[0].id"), "messenger:reaction:m:2");
    const auto whatsapp = decode(
        R"({"object":"whatsapp_business_account","entry":[{"changes":[{"value":{"messages":[)"
        R"({"id":"w","from":"48","timestamp":"5","type":"reaction","reaction":)"
        R"({"message_id":"m"}}]}}]}]})");
    EXPECT_EQ(whatsapp.at("mentions[0].action"), "deleted");
    EXPECT_EQ(whatsapp.at("mentions[0].id"), "whatsapp:reaction:m:48");
}

TEST_F(MetaTraps, WhatsAppButtonsSpeakTheirTitle) {
    const auto fields = decode(
        R"({"object":"whatsapp_business_account","entry":[{"changes":[{"value":{"messages":[)"
        R"({"id":"a","from":"48","timestamp":"5","type":"interactive","interactive":)"
        R"({"type":"button_reply","button_reply":{"id":"x","title":"Yes please"}}},)"
        R"({"id":"b","from":"48","timestamp":"5","type":"button","button":{"text":"Stop"}},)"
        R"({"id":"c","from":"48","timestamp":"5","type":"system","system":{"body":"moved"}})"
        R"(]}}]}]})");
    EXPECT_EQ(fields.at("mentions[0].text"), "Yes please");
    EXPECT_EQ(fields.at("mentions[1].text"), "Stop");
    EXPECT_EQ(fields.at("ignored"), "1");
}

// -- VK

class VkTraps : public ::testing::Test {
protected:
    Fields decode(std::string_view body) { return testing::decode(*vk_, body); }
    std::unique_ptr<Platform> vk_ = make_default("vk");
};

TEST_F(VkTraps, TypeMayFollowTheObject) {
    const auto fields = decode(
        R"({"object":{"text":"hi","owner_id":"-1","post_id":"4","date":"1772441300",)"
        R"("from_id":"-1","id":"3"},"event_id":"e","type":"wall_reply_edit","group_id":"1"})");
    EXPECT_EQ(fields.at("mentions[0].id"), "vk:wall_reply:-1_3");
    EXPECT_EQ(fields.at("mentions[0].author.is_brand"), "true");
    EXPECT_EQ(fields.at("mentions[0].action"), "edited");
}

TEST_F(VkTraps, AnotherCommunityIsNotTheBrand) {
    const auto fields = decode(
        R"({"group_id":1,"type":"wall_reply_new","object":{"id":3,"from_id":-12,"post_id":4,)"
        R"("owner_id":-1,"text":"hi"}})");
    EXPECT_EQ(fields.count("mentions[0].author.is_brand"), 0U);
}

TEST_F(VkTraps, PeersOfTwoCommunitiesAreTwoConversations) {
    const auto message = [&](std::string_view group) {
        return decode("{\"group_id\":" + std::string(group) +
                      R"(,"type":"message_new","object":{"message":{"peer_id":5,"from_id":5,)"
                      R"("conversation_message_id":1,"text":"hi"}}})");
    };
    EXPECT_NE(message("1").at("mentions[0].id"), message("2").at("mentions[0].id"));
    EXPECT_NE(message("1").at("mentions[0].thread"), message("2").at("mentions[0].thread"));
}

TEST_F(VkTraps, EveryKindOfCommentHasItsFourEvents) {
    for (const auto* stem :
         {"wall_reply", "photo_comment", "video_comment", "market_comment", "board_post"}) {
        for (const auto& [verb, action] :
             {std::pair{"new", "created"}, std::pair{"edit", "edited"},
              std::pair{"restore", "edited"}, std::pair{"delete", "deleted"}}) {
            const auto fields =
                decode(R"({"group_id":1,"type":")" + std::string(stem) + "_" + verb +
                       R"(","object":{"id":3,"owner_id":-1,"post_id":4,"photo_id":4,"video_id":4,)"
                       R"("item_id":4,"topic_id":4}})");
            EXPECT_EQ(fields.at("mentions[0].id"), "vk:" + std::string(stem) + ":-1_3");
            EXPECT_EQ(fields.at("mentions[0].action"), action);
            EXPECT_EQ(
                fields.at("mentions[0].thread").substr(fields.at("mentions[0].thread").rfind(':')),
                ":-1_4");
        }
    }
}

TEST_F(VkTraps, WhatIsMissingIsSaid) {
    EXPECT_EQ(decode(R"({"group_id":1,"type":"wall_reply_new","object":{"id":3}})"),
              (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode(R"({"group_id":1,"type":"message_new","object":{"peer_id":3}})"),
              (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode(R"({"type":"message_new"})"), (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode(R"({"object":{}})"), (Fields{{"error", "missing_member"}}));
}

TEST_F(VkTraps, UnknownTypesAndServiceMessagesAreIgnored) {
    for (const auto* body :
         {R"({"type":"some_day_new","object":{"text":7,"id":{}}})", R"({"type":"group_join"})",
          R"({"type":"wall_reply_pin","object":{"id":1}})",
          R"({"type":"wall_schedule_post_new","object":{"id":1}})",
          R"({"group_id":1,"type":"message_new","object":{"message":{"peer_id":5,"from_id":5,)"
          R"("conversation_message_id":1,"text":"","action":{"type":"chat_invite_user"}}}})"}) {
        EXPECT_EQ(decode(body), (Fields{{"ignored", "1"}})) << body;
    }
}

// -- Telegram

class TelegramTraps : public ::testing::Test {
protected:
    Fields decode(std::string_view body) { return testing::decode(*telegram_, body); }
    std::unique_ptr<Platform> telegram_ = make_default("telegram");
};

TEST_F(TelegramTraps, TheBusinessItselfIsTheBrand) {
    const auto fields = decode(
        R"({"business_message":{"text":"hi","date":1772443500,"chat":{"type":"private","id":5},)"
        R"("from":{"first_name":"Ola","last_name":"Shop","id":6},"message_id":1},"update_id":9})");
    EXPECT_EQ(fields.at("mentions[0].author.is_brand"), "true");
    EXPECT_EQ(fields.at("mentions[0].author.name"), "Ola Shop");
    EXPECT_EQ(fields.at("mentions[0].event_id"), "9");
    EXPECT_EQ(fields.at("mentions[0].thread"), "telegram:business:5");
}

TEST_F(TelegramTraps, MessageZeroIsAMessage) {
    EXPECT_EQ(decode(R"({"update_id":1,"message":{"message_id":0,"chat":{"id":-5},"text":"x"}})")
                  .at("mentions[0].id"),
              "telegram:-5:0");
}

TEST_F(TelegramTraps, PrivateNamesMakeNoPublicAddress) {
    const auto in_chat = [&](std::string_view chat) {
        return decode(R"({"update_id":1,"message":{"message_id":2,"text":"x","chat":)" +
                      std::string(chat) + "}}");
    };
    EXPECT_EQ(in_chat(R"({"id":5,"type":"private","username":"ola"})").count("mentions[0].url"),
              0U);
    EXPECT_EQ(in_chat(R"({"id":-5,"type":"supergroup"})").count("mentions[0].url"), 0U);
    EXPECT_EQ(in_chat(R"({"id":-5,"type":"supergroup","username":"g"})").at("mentions[0].url"),
              "https://t.me/g/2");
}

TEST_F(TelegramTraps, WhatIsMissingIsSaid) {
    EXPECT_EQ(decode(R"({"update_id":1,"message":{"message_id":2,"text":"x"}})"),
              (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode(R"({"update_id":1,"message":{"chat":{"id":2},"text":"x"}})"),
              (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode(R"({"message":{"message_id":2,"chat":{"id":2},"text":"x"}})"),
              (Fields{{"error", "missing_member"}}));
}

TEST_F(TelegramTraps, DeletionsAreBounded) {
    const auto deletions = [&](std::size_t count) {
        return decode(R"({"update_id":1,"deleted_business_messages":{"chat":{"id":2},)"
                      R"("message_ids":[)" +
                      repeat("1,", count - 1) + "1]}}");
    };
    EXPECT_EQ(deletions(limits::kMentionsPerFrame).count("error"), 0U);
    EXPECT_EQ(deletions(limits::kMentionsPerFrame + 1), (Fields{{"error", "too_many"}}));
    EXPECT_EQ(decode(R"({"update_id":1,"deleted_business_messages":{"chat":{"id":2},)"
                     R"("message_ids":[1,null]}})"),
              (Fields{{"error", "missing_member"}}));
}

TEST_F(TelegramTraps, GuestsSpeakAndPollsAsk) {
    const auto fields = decode(
        R"({"update_id":1,"guest_message":{"message_id":2,"chat":{"id":5},"poll":{"question":)"
        R"("Is Acme down?","options":[{"text":"yes"}]}}})");
    EXPECT_EQ(fields.at("mentions[0].id"), "telegram:5:2");
    EXPECT_EQ(fields.at("mentions[0].text"), "Is Acme down?");
}

TEST_F(TelegramTraps, UnknownUpdatesAreIgnored) {
    EXPECT_EQ(decode(R"({"update_id":1,"some_day":{"text":7}})"), (Fields{{"ignored", "1"}}));
    EXPECT_EQ(decode(R"({"update_id":1})"), (Fields{{"ignored", "1"}}));
}

}  // namespace
}  // namespace hark::platforms::testing
