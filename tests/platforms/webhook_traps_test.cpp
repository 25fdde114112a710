// What sets the smaller webhook platforms apart: handshakes, texts in markup, what is ignored.

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>
#include <numeric>
#include <stdexcept>

#include "platforms/markup.hpp"
#include "platforms/payload_test.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms::testing {
namespace {

std::unique_ptr<Platform> make_default(const std::string& name) {
    return make(name, read("payloads/" + name + "/settings.json"));
}

Fields decode_as(const std::string& name, std::string_view body) {
    return decode(*make_default(name), body);
}

Reception post(Platform& platform, std::string_view body,
               std::vector<std::pair<std::string, std::string>> headers) {
    TestRequest request("POST", body);
    request.headers = std::move(headers);
    return platform.receive(request);
}

TEST(Webhook, WantsASignature) {
    for (const auto* name : {"slack", "line", "viber", "x", "tiktok", "linkedin", "zendesk",
                             "intercom", "max", "discord"}) {
        const auto platform = make_default(name);
        const auto reception = post(*platform, "{}", {});
        EXPECT_FALSE(reception.decode) << name;
        EXPECT_EQ(reception.error, Errc::missing_signature) << name;
        TestRequest request("PUT", "{}");
        EXPECT_EQ(platform->receive(request).reply.status, 405U) << name;
    }
}

TEST(Webhook, CannotBeConfiguredWithoutItsSecret) {
    for (const auto* name : {"slack", "line", "viber", "tiktok", "linkedin", "zendesk", "intercom",
                             "max", "discord"}) {
        std::vector<Fault> faults;
        EXPECT_EQ(make(name, R"({"path":"/x"})", faults), nullptr) << name;
        EXPECT_EQ(faults.size(), 1U) << name;
    }
}

// -- markup

std::string unescaped(std::string_view text) {
    Arena arena;
    return std::string(unescape_references(text, arena));
}

TEST(UnescapeReferences, DecodesOnceWhatIsAReference) {
    EXPECT_EQ(unescaped("a &lt;b&gt; &amp;amp; &quot;&apos;&#39;&#x105;"), "a <b> &amp; \"''ą");
    EXPECT_EQ(unescaped("R&D; &unknown; & &#; &#xZZ; &#0; &#xD800; &#x110000; &lt"),
              "R&D; &unknown; & &#; &#xZZ; &#0; &#xD800; &#x110000; &lt");
    EXPECT_EQ(unescaped("&#x1F621;&nbsp;&amp"), "\xF0\x9F\x98\xA1\xC2\xA0&amp");
    EXPECT_EQ(unescaped(""), "");
}

std::string text_of(std::string_view html, std::vector<std::string>* addresses = nullptr) {
    Arena arena;
    std::vector<std::string_view> links;
    const std::string text(html_text(html, arena, links));
    if (addresses != nullptr) addresses->assign(links.begin(), links.end());
    return text;
}

TEST(HtmlText, IsWhatAReaderSees) {
    EXPECT_EQ(text_of("<p>one<br>two<br />three</p><p>four</p>"), "one\ntwo\nthree\n\nfour");
    EXPECT_EQ(text_of("<P CLASS=\"x\">5 &lt; 6 &amp;&amp; <b>bold</b></P>"), "5 < 6 && bold");
    EXPECT_EQ(text_of("<ul><li>a</li><li>b</li></ul>"), "a\nb");
    EXPECT_EQ(text_of("plain"), "plain");
    EXPECT_EQ(text_of("1 < 2 and <3"), "1 < 2 and <3");
    EXPECT_EQ(text_of("torn <a href=\"x"), "torn <a href=\"x");
    EXPECT_EQ(text_of("<!-- no --><p></p>"), "");
}

TEST(HtmlText, KnowsTheTagsOfOtherServers) {
    EXPECT_EQ(text_of("<p>list:</p><ol><li>a</li><li><p>b</p></li></ol>after"),
              "list:\n\na\nb\n\nafter");
    EXPECT_EQ(text_of("he said<blockquote><p>no</p></blockquote>so"
                      "<pre><code>x &lt; y</code></pre>"),
              "he said\nno\n\nso\nx < y");
    EXPECT_EQ(text_of("<h1>T</h1><em>a</em><strong>b</strong><del>c</del>"
                      "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>"),
              "T\nabc漢(kan)");
    EXPECT_EQ(text_of("a<br><br>b<br/></p><p>c"), "a\n\nb\n\nc");
    EXPECT_EQ(text_of("<span title=\"a > b\">x</span> <b title='>'>y</b>"), "x y");
    EXPECT_EQ(text_of("&lt;b&gt;&amp;lt;"), "<b>&lt;");
}

TEST(HtmlText, ManyTagsWithoutAnEndTakeNoLonger) {
    std::string html;
    for (int i = 0; i < 1'000'000; ++i) html += i % 2 == 0 ? "<a'" : "<a\"";
    EXPECT_EQ(text_of(html), html);
}

TEST(HtmlText, ShowsWholeAddressesThatWereCutShort) {
    std::vector<std::string> links;
    EXPECT_EQ(text_of(R"(see <a href="https://a.example/x?y=1&amp;z=2" rel="nofollow">)"
                      R"(<span class="invisible">https://</span><span class="ellipsis">a.example/x)"
                      R"(</span><span class="invisible">?y=1&amp;z=2</span></a>, )"
                      R"(<a href="https://evil.example"><span class="invisible">https://</span>)"
                      R"(<span class="">bank.example</span></a>)",
                      &links),
              "see https://a.example/x?y=1&z=2, https://evil.example");
    EXPECT_EQ(links, std::vector<std::string>{});
}

TEST(HtmlText, KeepsTheAddressesOfLinks) {
    std::vector<std::string> links;
    EXPECT_EQ(text_of(R"(<a href="https://a.example/?x=1&amp;y=2">shop</a>, )"
                      R"(<a href='https://b.example'>https://b.example</a>, )"
                      R"(<a class="mention hashtag" href="https://c.example/tags/x">#x</a>)",
                      &links),
              "shop, https://b.example, #x");
    EXPECT_EQ(links, std::vector<std::string>{"https://a.example/?x=1&y=2"});
}

// -- Slack

std::string slack_event(std::string_view members) {
    return R"({"type":"event_callback","event":{"type":"message","channel":"C1",)" +
           std::string(members) + R"(},"authorizations":[{"user_id":"UBOT","is_bot":true}]})";
}

TEST(Slack, ShowsReferencesAsReadersSeeThem) {
    const auto text = [](std::string_view mrkdwn) {
        const auto fields = decode_as("slack", slack_event(R"("user":"U1","ts":"5.1","text":")" +
                                                           std::string(mrkdwn) + "\""));
        return fields.at("mentions[0].text");
    };
    EXPECT_EQ(text("<@U1|ola> <#C2|help> <!here> <!subteam^S1|@ops> <!date^1^{date}|May 1>"),
              "@ola #help @here @ops May 1");
    EXPECT_EQ(text("<https://a.example> <mailto:a@b.example|a@b.example> 1 &lt; 2"),
              "https://a.example a@b.example 1 < 2");
    EXPECT_EQ(text("<!subteam^S1> <@> <> <|> 3 < 4"), "@subteam @   3 < 4");
}

TEST(Slack, TheAppItselfIsTheBrand) {
    const auto fields = decode_as("slack", slack_event(R"("user":"UBOT","ts":"5.1","text":"hi")"));
    EXPECT_EQ(fields.at("mentions[0].author.is_brand"), "true");
}

TEST(Slack, DirectMessagesAreOneConversation) {
    const auto fields = decode_as(
        "slack", slack_event(R"("channel_type":"im","user":"U1","ts":"5.1","text":"hi")"));
    EXPECT_EQ(fields.at("mentions[0].thread"), "slack:C1");
}

TEST(Slack, AMentionOfTheAppIsTheSameMessage) {
    const auto mention = decode_as(
        "slack", R"({"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention",)"
                 R"("channel":"C1","user":"U1","ts":"5.1","text":"hi"}})");
    EXPECT_EQ(mention.at("mentions[0].kind"), "mention");
    EXPECT_EQ(mention.at("mentions[0].id"), "slack:C1:5.1");
}

TEST(Slack, WhatIsLeftOfAnAnsweredMessageIsItsDeletion) {
    const auto fields =
        decode_as("slack", slack_event(R"("subtype":"message_changed","ts":"7.1","message":)"
                                       R"({"subtype":"tombstone","ts":"5.1","text":"gone"})"));
    EXPECT_EQ(fields.at("mentions[0].action"), "deleted");
    EXPECT_EQ(fields.at("mentions[0].id"), "slack:C1:5.1");
    EXPECT_EQ(fields.count("mentions[0].text"), 0U);
}

TEST(Slack, PreviewsAndComingsAndGoingsAreIgnored) {
    for (const auto* members :
         {R"("subtype":"message_changed","ts":"7.1","message":{"ts":"5.1","text":"a"},)"
          R"("previous_message":{"ts":"5.1","text":"a"})",
          R"("subtype":"channel_join","ts":"7.1","text":"joined","user":{})"}) {
        EXPECT_EQ(decode_as("slack", slack_event(members)), (Fields{{"ignored", "1"}})) << members;
    }
    EXPECT_EQ(decode_as("slack", R"({"type":"event_callback","event":{"type":"reaction_added"}})"),
              (Fields{{"ignored", "1"}}));
}

TEST(Slack, WordsThatSpeakOfTheChallengeAreNone) {
    const auto platform = make_default("slack");
    const auto body = slack_event(R"("user":"U1","ts":"5.1","text":"\"url_verification\"")");
    Hmac hmac(Digest::sha256, std::vector<std::string>{"8f742231b10e8888abcd99yyyzzz85a5"});
    const auto arrived = *parse_rfc3339(kReceivedAt);
    const auto time = std::to_string(
        std::chrono::duration_cast<std::chrono::seconds>(arrived.time_since_epoch()).count());
    const auto signature = "v0=" + encode_hex(hmac.code("v0:" + time + ":" + body));
    const auto reception = post(
        *platform, body, {{"X-Slack-Request-Timestamp", time}, {"X-Slack-Signature", signature}});
    EXPECT_TRUE(reception.decode);
    EXPECT_EQ(reception.reply.body, "");
}

// -- LINE

TEST(Line, OneBadEventLeavesTheOthers) {
    const auto fields = decode_as(
        "line", R"({"events":[{"type":"message","source":{"groupId":"C1"},"message":{"id":"1",)"
                R"("text":7}},{"type":"follow","source":{"userId":"U1"}},{"type":"message",)"
                R"("source":{"roomId":"R1","userId":"U1"},"message":{"id":"2","type":"image",)"
                R"("quotedMessageId":"1"}}],"destination":"U0"})");
    EXPECT_EQ(fields.at("refused[0]"), "wrong_type");
    EXPECT_EQ(fields.at("ignored"), "1");
    EXPECT_EQ(fields.at("mentions[0].id"), "line:2");
    EXPECT_EQ(fields.at("mentions[0].thread"), "line:U0:R1");
    EXPECT_EQ(fields.at("mentions[0].parent"), "line:1");
    EXPECT_EQ(fields.at("mentions[0].media"), "1");
}

TEST(Line, APlaceIsItsWords) {
    const auto fields = decode_as(
        "line", R"({"events":[{"type":"message","source":{"userId":"U1"},"message":{"id":"1",)"
                R"("type":"location","title":"Shop","address":"Main St. 1","latitude":1.5}}]})");
    EXPECT_EQ(fields.at("mentions[0].text"), "Shop\nMain St. 1");
}

// -- Viber

TEST(Viber, SharedAddressesAreLinksAndUploadsAreMedia) {
    const auto message = [](std::string_view type) {
        return decode_as("viber", R"({"message":{"media":"https://a.example","type":")" +
                                      std::string(type) +
                                      R"("},"message_token":1,"event":"message"})");
    };
    EXPECT_EQ(message("url").at("mentions[0].links[0]"), "https://a.example");
    EXPECT_EQ(message("url").count("mentions[0].media"), 0U);
    EXPECT_EQ(message("picture").at("mentions[0].media"), "1");
    EXPECT_EQ(message("picture").count("mentions[0].links[0]"), 0U);
}

// -- X

TEST(X, SignsNoBodyForAnybody) {
    const auto platform = make_default("x");
    for (const auto* query : {"", "crc_token=", "crc_token=%7B%22data%22%3A%7B%7D%7D",
                              "crc_token=a%20b", "crc_token=%5B%5D", "nonce=1"}) {
        TestRequest request("GET", "");
        request.query = query;
        const auto reception = platform->receive(request);
        EXPECT_EQ(reception.reply.status, 400U) << query;
        EXPECT_EQ(reception.reply.body, "") << query;
    }
}

TEST(X, IdsBeyondDoublesStayWhatTheyAre) {
    const auto fields = decode_as("x", R"({"data":{"id":9007199254740993,"text":"t","author_id":)"
                                       R"(9007199254740995}})");
    EXPECT_EQ(fields.at("mentions[0].id"), "x:9007199254740993");
    EXPECT_EQ(fields.at("mentions[0].author.id"), "9007199254740995");
}

TEST(X, ARetweetHasTheWholeTextOfItsOriginal) {
    const auto v2 = decode_as(
        "x",
        R"({"includes":{"tweets":[{"id":"1","text":"cut","note_tweet":{"text":"all &lt;3"}}]},)"
        R"("data":{"id":"2","text":"RT @a: cu","referenced_tweets":[{"id":"1",)"
        R"("type":"retweeted"}]}})");
    EXPECT_EQ(v2.at("mentions[0].text"), "all <3");
    EXPECT_EQ(v2.at("mentions[0].parent"), "x:1");
    const auto v1 = decode_as(
        "x", R"({"tweet_create_events":[{"id_str":"2","text":"RT @a: cu","retweeted_status":)"
             R"({"id_str":"1","text":"cut","extended_tweet":{"full_text":"all"}}}],)"
             R"("for_user_id":"9"})");
    EXPECT_EQ(v1.at("mentions[0].text"), "all");
    EXPECT_EQ(v1.at("mentions[0].parent"), "x:1");
}

TEST(X, AddressesBehindShortOnesAreLinks) {
    const auto fields = decode_as(
        "x",
        R"({"data":{"id":"2","text":"a https://t.co/1","entities":{"urls":[{"url":"t.co/1",)"
        R"("expanded_url":"https://shop.example"},{"expanded_url":"https://x.com/p/1",)"
        R"("media_key":"3_1"}]},"note_tweet":{"text":"a long one","entities":{"urls":[)"
        R"({"expanded_url":"https://shop.example"}]}},"attachments":{"media_keys":["3_1"]}}})");
    EXPECT_EQ(fields.at("mentions[0].text"), "a long one");
    EXPECT_EQ(fields.at("mentions[0].links[0]"), "https://shop.example");
    EXPECT_EQ(fields.count("mentions[0].links[1]"), 0U);
    EXPECT_EQ(fields.at("mentions[0].media"), "1");
}

TEST(X, OurOwnAccountIsTheBrand) {
    const auto fields =
        decode_as("x", R"({"tweet_create_events":[{"id_str":"1","text":"a","user":{"id_str":"9"}},)"
                       R"({"id_str":"2","text":"b","user":{"id_str":"8","screen_name":"u"}},)"
                       R"({"id_str":"3","text":7}],"for_user_id":"9"})");
    EXPECT_EQ(fields.at("mentions[0].author.is_brand"), "true");
    EXPECT_EQ(fields.count("mentions[1].author.is_brand"), 0U);
    EXPECT_EQ(fields.at("mentions[1].author.handle"), "u");
    EXPECT_EQ(fields.at("refused[0]"), "wrong_type") << "one bad post leaves the others";
    const auto sent = decode_as(
        "x", R"({"data":{"payload":{"direct_message_events":[{"type":"message_create","id":"1",)"
             R"("message_create":{"sender_id":"9","target":{"recipient_id":"10"},)"
             R"("message_data":{"text":"hi"}}}]},"filter":{"user_id":"9"},)"
             R"("event_type":"dm.sent"}})");
    EXPECT_EQ(sent.at("mentions[0].author.is_brand"), "true");
    EXPECT_EQ(sent.at("mentions[0].thread"), "x:dm:10-9");
}

TEST(X, PseudoLanguagesSayNothing) {
    for (const std::string lang : {"und", "qme", "zxx", "qht"}) {
        const auto body = R"({"data":{"id":"2","text":"a","lang":")" + lang + R"("}})";
        EXPECT_EQ(decode_as("x", body).count("mentions[0].lang"), 0U) << lang;
    }
}

TEST(X, WhatIsUnknownIsIgnored) {
    for (const auto* body :
         {R"({"data":{"event_type":"like.create","payload":{"id":"1","text":7}}})",
          R"({"data":{"undrop":{"tweet":{"id":"1"}}}})",
          R"({"data":{"user_unsuspend":{"user":{"id":"1"}}}})",
          R"({"for_user_id":"9","favorite_events":[{"id":"1"}]})",
          R"({"data":{"event_type":"dm.indicate_typing","payload":{}}})"}) {
        EXPECT_EQ(decode_as("x", body), (Fields{{"ignored", "1"}})) << body;
    }
    EXPECT_EQ(decode_as("x", R"({"data":{"text":"no id"}})").at("error"), "missing_member");
    EXPECT_EQ(decode_as("x", R"({"data":{"delete":{"tweet":{}}}})").at("error"), "missing_member");
}

TEST(X, TimesOfTheOldApiAreRead) {
    const auto at_time = [](const std::string& time) {
        return decode_as("x", R"({"tweet_create_events":[{"id_str":"1","text":"a","created_at":")" +
                                  time + R"("}]})");
    };
    EXPECT_EQ(at_time("Sun Dec 31 23:59:60 +0000 2028").at("mentions[0].created_at"),
              "2029-01-01T00:00:00.000Z");
    for (const auto* wrong : {"Sun Dem 31 23:59:59 +0000 2028", "Sun anF 31 23:59:59 +0000 2028",
                              "Sun Feb 30 23:59:59 +0000 2028", "yesterday"}) {
        EXPECT_EQ(at_time(wrong).at("error"), "number_range") << wrong;
    }
}

// -- TikTok

TEST(TikTok, TheOrderOfTheHeadersPartsIsFree) {
    const auto platform = make_default("tiktok");
    const auto body = read("payloads/tiktok/video_publish_completed.json");
    Hmac hmac(Digest::sha256, std::vector<std::string>{"exampleTikTokClientSecret0001"});
    const auto code = encode_hex(hmac.code("1772452800." + body));
    const auto error_for = [&](const std::string& header) {
        return post(*platform, body, {{"TikTok-Signature", header}}).error;
    };
    EXPECT_EQ(error_for("s=" + code + ",x=1,t=1772452800"), Errc::ok);
    for (const auto& header : {code, "s=" + code, std::string("t=1772452800"), std::string(","),
                               "t=,s=" + code, "t=1772452800;s=" + code}) {
        EXPECT_EQ(error_for(header), Errc::bad_signature) << header;
    }
}

TEST(TikTok, AShopNeedsItsAppKey) {
    std::vector<Fault> faults;
    EXPECT_EQ(make("tiktok", R"({"client_secret":"secret:x","service":"shop"})", faults), nullptr);
    EXPECT_EQ(faults.size(), 1U);
}

// -- LinkedIn

std::string social_action(std::string_view members) {
    return R"({"notifications":[{"notificationId":7,"lastModifiedAt":1772448300310,)"
           R"("organizationalEntity":"urn:li:organization:1","sourcePost":"urn:li:activity:2",)" +
           std::string(members) + R"(}],"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"})";
}

TEST(LinkedIn, SignsNoBodyForAnybody) {
    const auto platform = make_default("linkedin");
    for (const auto* query : {"", "challengeCode=", "challengeCode=hmacsha256%3D%7B%7D",
                              "challengeCode=a%20b", "applicationId=1"}) {
        TestRequest request("GET", "");
        request.query = query;
        const auto reception = platform->receive(request);
        EXPECT_EQ(reception.reply.status, 400U) << query;
        EXPECT_EQ(reception.reply.body, "") << query;
    }
}

TEST(LinkedIn, TheHeaderMayHaveThePrefixThatIsSigned) {
    const auto platform = make_default("linkedin");
    const auto body = read("payloads/linkedin/social_action_comment.json");
    const std::string code = "3a69b50399451e7767466063002823a4da7228be0119a9af9ad8d699a41ac7c3";
    EXPECT_TRUE(post(*platform, body, {{"X-LI-Signature", "hmacsha256=" + code}}).decode);
    EXPECT_TRUE(post(*platform, body, {{"X-LI-Signature", code}}).decode);
    EXPECT_FALSE(post(*platform, body, {{"X-LI-Signature", "hmacsha1=" + code}}).decode);
}

TEST(LinkedIn, EditsAndDeletionsAreOfTheSameComment) {
    const auto edited = decode_as(
        "linkedin",
        social_action(R"("action":"COMMENT_EDIT","generatedActivity":"urn:li:comment:3",)"
                      R"("decoratedGeneratedActivity":{"comment":{"text":"new",)"
                      R"("owner":"urn:li:person:4","parentComment":"urn:li:comment:1"}})"));
    EXPECT_EQ(edited.at("mentions[0].id"), "linkedin:urn:li:comment:3");
    EXPECT_EQ(edited.at("mentions[0].action"), "edited");
    EXPECT_EQ(edited.at("mentions[0].event_id"), "7");
    EXPECT_EQ(edited.at("mentions[0].parent"), "linkedin:urn:li:comment:1");
    EXPECT_EQ(edited.count("mentions[0].created_at"), 0U) << "it is the edit's";
    const auto deleted = decode_as(
        "linkedin",
        social_action(R"("action":"COMMENT_DELETE","generatedActivity":"urn:li:comment:3")"));
    EXPECT_EQ(deleted.at("mentions[0].id"), "linkedin:urn:li:comment:3");
    EXPECT_EQ(deleted.at("mentions[0].action"), "deleted");
    EXPECT_EQ(deleted.count("mentions[0].text"), 0U);
}

TEST(LinkedIn, TheOrganisationItselfIsTheBrand) {
    for (const auto* members :
         {R"("action":"ADMIN_COMMENT","generatedActivity":"urn:li:comment:3")",
          R"("action":"COMMENT","generatedActivity":"urn:li:comment:3",)"
          R"("decoratedGeneratedActivity":{"comment":{"owner":"urn:li:organization:1"}})"}) {
        EXPECT_EQ(decode_as("linkedin", social_action(members)).at("mentions[0].author.is_brand"),
                  "true");
    }
}

TEST(LinkedIn, SharesStandForThemselves) {
    const auto fields =
        decode_as("linkedin",
                  social_action(R"("action":"SHARE_MENTION","generatedActivity":"urn:li:share:3",)"
                                R"("decoratedGeneratedActivity":{"share":{"text":"@Acme!"}})"));
    EXPECT_EQ(fields.at("mentions[0].kind"), "mention");
    EXPECT_EQ(fields.at("mentions[0].thread"), "linkedin:urn:li:share:3");
    EXPECT_EQ(fields.at("mentions[0].url"), "https://www.linkedin.com/feed/update/urn:li:share:3");
    EXPECT_EQ(fields.at("mentions[0].text"), "@Acme!");
}

TEST(LinkedIn, OneBadNotificationLeavesTheOthers) {
    const auto fields = decode_as(
        "linkedin", R"({"notifications":[{"action":"LIKE"},{"action":"COMMENT"},{},7,)"
                    R"({"action":"COMMENT","generatedActivity":"urn:li:comment:3"}],"type":"x"})");
    EXPECT_EQ(fields.at("ignored"), "1");
    EXPECT_EQ(fields.at("refused[0]"), "missing_member");
    EXPECT_EQ(fields.at("refused[1]"), "missing_member");
    EXPECT_EQ(fields.at("refused[2]"), "wrong_type");
    EXPECT_EQ(fields.at("mentions[0].id"), "linkedin:urn:li:comment:3");
    EXPECT_EQ(decode_as("linkedin", R"({"type":"SOME_DAY"})"), (Fields{{"ignored", "1"}}));
}

// -- Zendesk

std::string ticket_comment(std::string_view members) {
    return R"({"event":{"comment":{"body":"hi","id":"3",)" + std::string(members) +
           R"(}},"detail":{"id":"2"},"account_id":1,)"
           R"("type":"zen:event-type:ticket.comment_added"})";
}

TEST(Zendesk, StaffIsTheBrandAndItsNotesAreNobodysBusiness) {
    const auto answer =
        decode_as("zendesk", ticket_comment(R"("author":{"is_staff":true},"is_public":true)"));
    EXPECT_EQ(answer.at("mentions[0].author.is_brand"), "true");
    EXPECT_EQ(answer.at("mentions[0].thread"), "zendesk:1:ticket:2");
    EXPECT_EQ(decode_as("zendesk", ticket_comment(R"("is_public":false)")),
              (Fields{{"ignored", "1"}}));
}

TEST(Zendesk, UnknownEventsAreIgnored) {
    EXPECT_EQ(decode_as("zendesk", R"({"type":"zen:event-type:user.created","event":7,)"
                                   R"("detail":{"id":{}}})"),
              (Fields{{"ignored", "1"}}));
    EXPECT_EQ(decode_as("zendesk", R"({"type":"zen:event-type:ticket.comment_added","event":)"
                                   R"({"comment":{"is_public":true,"id":"3"}}})"),
              (Fields{{"error", "missing_member"}}));
}

// -- Intercom

std::string conversation(std::string_view topic, std::string_view parts) {
    return R"({"data":{"item":{"conversation_parts":{"conversation_parts":[)" + std::string(parts) +
           R"(]},"source":{"id":"9","body":"<p>first</p>","author":{"type":"user","id":"u"}},)"
           R"("created_at":1772448000,"id":"1"}},"topic":")" +
           std::string(topic) + R"(","app_id":"a","id":"n"})";
}

TEST(Intercom, AnswersTheLookWhetherWeAreThere) {
    const auto platform = make_default("intercom");
    TestRequest request("HEAD", "");
    const auto reception = platform->receive(request);
    EXPECT_EQ(reception.reply.status, 200U);
    EXPECT_FALSE(reception.decode);
}

TEST(Intercom, WhatBeganTheConversationCountsOnce) {
    const auto begun = decode_as("intercom", conversation("conversation.user.created", ""));
    EXPECT_EQ(begun.at("mentions[0].id"), "intercom:a:1:9");
    EXPECT_EQ(begun.at("mentions[0].text"), "first");
    EXPECT_EQ(begun.at("mentions[0].created_at"), "2026-03-02T10:40:00.000Z");
    const auto replied = decode_as(
        "intercom", conversation("conversation.user.replied", R"({"id":"10","body":"second"})"));
    EXPECT_EQ(replied.at("mentions[0].id"), "intercom:a:1:10");
    EXPECT_EQ(replied.count("mentions[1].id"), 0U);
}

TEST(Intercom, TheTeamIsTheBrandAndItsNotesAreNobodysBusiness) {
    const auto fields = decode_as(
        "intercom", conversation("conversation.admin.replied",
                                 R"({"id":"2","body":"yes","author":{"type":"admin"}},)"
                                 R"({"id":"3","part_type":"note","body":"rude one"},)"
                                 R"({"id":"4","part_type":"assignment","body":null},)"
                                 R"({"id":"5","redacted":true,"body":"<p>gone</p>"},)"
                                 R"({"id":"6","body":"pic","attachments":[{},{}]},{"body":7})"));
    EXPECT_EQ(fields.at("mentions[0].author.is_brand"), "true");
    EXPECT_EQ(fields.at("ignored"), "2");
    EXPECT_EQ(fields.at("mentions[1].action"), "deleted");
    EXPECT_EQ(fields.count("mentions[1].text"), 0U);
    EXPECT_EQ(fields.at("mentions[2].media"), "2");
    EXPECT_EQ(fields.at("refused[0]"), "wrong_type");
}

TEST(Intercom, OtherTopicsAreIgnored) {
    for (const auto* body : {R"({"topic":"ping","app_id":"a","data":{"item":{"id":{}}}})",
                             R"({"topic":"contact.created","app_id":"a","data":7})",
                             R"({"topic":"conversation.admin.closed","app_id":"a","data":{}})"}) {
        EXPECT_EQ(decode_as("intercom", body), (Fields{{"ignored", "1"}})) << body;
    }
}

// -- Odnoklassniki

TEST(Ok, LetsInItsNetworksAlone) {
    const auto platform = make_default("ok");
    const auto status_for = [&](std::string_view peer) {
        TestRequest request("POST", read("payloads/ok/message_created.json"));
        request.peer = peer;
        const auto reception = platform->receive(request);
        EXPECT_EQ(reception.decode, reception.reply.status == 200) << peer;
        return reception.reply.status;
    };
    for (const auto* peer :
         {"217.20.145.192", "217.20.145.207", "217.20.151.160", "::ffff:217.20.153.63"}) {
        EXPECT_EQ(status_for(peer), 200U) << peer;
    }
    for (const auto* peer : {"217.20.145.191", "217.20.145.208", "127.0.0.1", "", "::1", "x"})
        EXPECT_EQ(status_for(peer), 403U) << peer;
}

TEST(Ok, BelievesItsOwnProxyAlone) {
    const auto platform = make("ok", R"({"proxies":["10.0.0.0/8"]})");
    const auto status_for = [&](std::string_view peer, const std::string& forwarded) {
        TestRequest request("POST", "{}");
        request.peer = peer;
        request.headers = {{"X-Forwarded-For", forwarded}};
        return platform->receive(request).reply.status;
    };
    EXPECT_EQ(status_for("10.1.2.3", "217.20.145.193"), 200U);
    EXPECT_EQ(status_for("10.1.2.3", "6.6.6.6, 217.20.145.193 , 10.9.9.9"), 200U);
    EXPECT_EQ(status_for("10.1.2.3", "217.20.145.193, 6.6.6.6"), 403U) << "the last word counts";
    EXPECT_EQ(status_for("6.6.6.6", "217.20.145.193"), 403U) << "no proxy of ours";
    EXPECT_EQ(status_for("10.1.2.3", ""), 403U);
    EXPECT_EQ(status_for("10.1.2.3", ","), 403U);
}

TEST(Ok, WhatIsNoNetworkIsAFault) {
    for (const auto* network : {"1.2.3", "1.2.3.4/33", "::/129", "1.2.3.4/", "1.2.3.4/-1", "",
                                "1.2.3.4/8x", "example.com"}) {
        std::vector<Fault> faults;
        EXPECT_EQ(make("ok", R"({"networks":[")" + std::string(network) + "\"]}", faults), nullptr)
            << network;
        EXPECT_EQ(faults.size(), 1U) << network;
    }
    const auto everybody = make("ok", R"({"networks":["0.0.0.0/0","2001:db8::/32"]})");
    for (const auto& [peer, let_in] :
         {std::pair{"6.6.6.6", true}, {"2001:db8::1", true}, {"2001:db9::1", false}}) {
        TestRequest request("POST", "{}");
        request.peer = peer;
        EXPECT_EQ(everybody->receive(request).decode, let_in) << peer;
    }
}

TEST(Ok, OtherEventsAreIgnored) {
    EXPECT_EQ(decode_as("ok", R"({"webhookType":"CHAT_SYSTEM","message":7})"),
              (Fields{{"ignored", "1"}}));
    EXPECT_EQ(decode_as("ok", R"({"webhookType":"MESSAGE_CREATED","message":{"text":"x"}})"),
              (Fields{{"error", "missing_member"}}));
}

// -- MAX

TEST(Max, EditsAndAnswersPointToTheirMessage) {
    const auto fields = decode_as(
        "max", R"({"message":{"body":{"mid":"m2","text":"new","attachments":[{"type":"image"}]},)"
               R"("link":{"type":"reply","message":{"mid":"m1","text":"old"}},"recipient":)"
               R"({"chat_id":5},"timestamp":1772442400100},"update_type":"message_edited",)"
               R"("timestamp":1772442500123})");
    EXPECT_EQ(fields.at("mentions[0].action"), "edited");
    EXPECT_EQ(fields.at("mentions[0].event_id"), "1772442500123");
    EXPECT_EQ(fields.at("mentions[0].parent"), "max:m1");
    EXPECT_EQ(fields.at("mentions[0].media"), "1");
    EXPECT_EQ(decode_as("max", R"({"update_type":"bot_added","chat_id":5})"),
              (Fields{{"ignored", "1"}}));
    EXPECT_EQ(decode_as("max", R"({"update_type":"message_removed","chat_id":5})"),
              (Fields{{"error", "missing_member"}}));
}

// -- Discord

std::string dispatch(std::string_view name, std::string_view members) {
    return R"({"d":{"channel_id":"7","id":"5",)" + std::string(members) +
           R"(},"op":0,"s":1,"t":")" + std::string(name) + "\"}";
}

TEST(Discord, ShowsReferencesAsReadersSeeThem) {
    const auto text = [](std::string_view content, std::string_view name) {
        return decode_as("discord",
                         dispatch("MESSAGE_CREATE", R"("mentions":[{"id":"8","username":")" +
                                                        std::string(name) + R"("}],"content":")" +
                                                        std::string(content) + "\""))
            .at("mentions[0].text");
    };
    EXPECT_EQ(text("<@8> <@!8> <@9> <@&4> <#3>", "ola"), "@ola @ola @9 @4 #3");
    EXPECT_EQ(text("<:wave:11><a:hi:12> <https://a.example> 1 < 2 <3", "ola"),
              ":wave::hi: https://a.example 1 < 2 <3");
    EXPECT_EQ(text("<> <:> <@> <t:1:R> <", "ola"), "<> <:> <@> <t:1:R> <");
    const std::string longest(100, 'n');
    EXPECT_EQ(text("<@8>", longest), "<@8>") << "a name that has no room";
}

TEST(Discord, OnlyEditsAreEditsAndOnlyWordsAreMessages) {
    for (const auto& body : {dispatch("MESSAGE_UPDATE", R"("content":"a","edited_timestamp":null)"),
                             dispatch("MESSAGE_UPDATE", R"("embeds":[])"),
                             dispatch("MESSAGE_CREATE", R"("content":"joined","type":7)"),
                             dispatch("TYPING_START", R"("timestamp":7,"content":7)"),
                             std::string(R"({"op":9,"d":false,"s":null,"t":null})")}) {
        EXPECT_EQ(decode_as("discord", body), (Fields{{"ignored", "1"}})) << body;
    }
    EXPECT_EQ(decode_as("discord", dispatch("MESSAGE_CREATE", R"("attachments":[{}],"content":"")"))
                  .at("mentions[0].media"),
              "1");
}

TEST(Discord, ManyAreDeletedAtOnce) {
    const auto fields = decode_as("discord", dispatch("MESSAGE_DELETE_BULK", R"("ids":["1","2"])"));
    EXPECT_EQ(fields.at("mentions[0].id"), "discord:1");
    EXPECT_EQ(fields.at("mentions[1].id"), "discord:2");
    EXPECT_EQ(fields.at("mentions[1].action"), "deleted");
}

TEST(Discord, MessagesOfLobbiesComeAsWebhookEvents) {
    const auto fields = decode_as(
        "discord", R"({"version":1,"application_id":"1","type":1,"event":{"data":{"id":"5",)"
                   R"("lobby_id":"6","content":"hi","author":{"id":"8"}},)"
                   R"("type":"LOBBY_MESSAGE_CREATE"}})");
    EXPECT_EQ(fields.at("mentions[0].id"), "discord:5");
    EXPECT_EQ(fields.at("mentions[0].thread"), "discord:channel:6");
    EXPECT_EQ(fields.count("mentions[0].url"), 0U);
}

/// The headers of a body under a key that is no secret: its seed counts from 0 to 31.
std::vector<std::pair<std::string, std::string>> signed_by_discord(const std::string& body) {
    std::array<unsigned char, 32> seed{};
    std::iota(seed.begin(), seed.end(), static_cast<unsigned char>(0));
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()),
        &EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    const std::string time = "1772452800";  // kReceivedAt
    const auto message = time + body;
    std::string signature(64, '\0');
    auto size = signature.size();
    if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       reinterpret_cast<const unsigned char*>(message.data()),
                       message.size()) != 1) {
        throw std::runtime_error("cannot sign");
    }
    return {{"X-Signature-Timestamp", time}, {"X-Signature-Ed25519", encode_hex(signature)}};
}

TEST(Discord, AnswersEachSortOfRequest) {
    const auto platform = make_default("discord");
    const auto reply = [&](const std::string& body) {
        return post(*platform, body, signed_by_discord(body));
    };
    const auto ping = reply(R"({"version":1,"application_id":"1","type":0})");
    EXPECT_EQ(ping.reply.status, 204U);
    EXPECT_FALSE(ping.decode);
    const auto event = reply(R"({"type":1,"event":{"type":"APPLICATION_AUTHORIZED"}})");
    EXPECT_EQ(event.reply.status, 204U);
    EXPECT_TRUE(event.decode);
    EXPECT_EQ(reply(R"({"type":1,"token":"t"})").reply.body, R"({"type":1})");
    EXPECT_TRUE(reply(R"({"type":2,"token":"t"})").decode);
    auto wrong = signed_by_discord("{}");
    EXPECT_EQ(post(*platform, "{ }", wrong).reply.status, 401U);
    EXPECT_EQ(post(*platform, "{}", {}).reply.status, 401U);
}

}  // namespace
}  // namespace hark::platforms::testing
