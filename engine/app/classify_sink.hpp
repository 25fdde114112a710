#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "pipeline/topics.hpp"
#include "publish/sink.hpp"

namespace hark::app {

/// Where `hark classify` puts records (standard output) and dead letters (a file that is made when
/// the first one comes). One shard, which the main thread runs.
class ClassifySink final : public publish::Sink {
public:
    explicit ClassifySink(std::string dead_letters);
    ~ClassifySink() override;
    ClassifySink(const ClassifySink&) = delete;
    ClassifySink& operator=(const ClassifySink&) = delete;

    [[nodiscard]] std::unique_ptr<publish::SinkPort> open(
        runtime::Shard& shard, publish::DeliveryListener& listener) override;
    /// What could not be written, if anything.
    [[nodiscard]] std::string not_ready() const override { return problem_; }

private:
    class Port;

    void write(const publish::Message& message);

    std::string dead_letters_path_;
    std::FILE* dead_letters_ = nullptr;
    std::string problem_;
};

}  // namespace hark::app
