#include <hs/hs.h>
#include <librdkafka/rdkafka.h>
#include <openssl/crypto.h>
#include <simdjson.h>

#include <boost/version.hpp>
#include <cstdio>

#include "app/commands.hpp"
#include "hark/engine.hpp"

namespace hark::app {

int print_version() {
    std::printf(
        "{\"hark\":\"%.*s\",\"simdjson\":\"%s\",\"hyperscan\":\"%s\",\"librdkafka\":\"%s\","
        "\"openssl\":\"%s\",\"boost\":\"%d.%d\"}\n",
        static_cast<int>(hark::version().size()), hark::version().data(),
        SIMDJSON_STRINGIFY(SIMDJSON_VERSION), hs_version(), rd_kafka_version_str(),
        OpenSSL_version(OPENSSL_VERSION_STRING), BOOST_VERSION / 100000,
        BOOST_VERSION / 100 % 1000);
    return kFine;
}

}  // namespace hark::app
