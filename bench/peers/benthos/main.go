// Benthos, the stream processor that Bento and Redpanda Connect are built on, with an output to Kafka: its core has none.
// The output does what theirs do: a batch is handed to franz-go and acknowledged when the broker has it.
package main

import (
	"context"
	"strings"

	_ "github.com/redpanda-data/benthos/v4/public/components/io"
	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kgo"
)

type kafka struct {
	brokers []string
	topic   string
	client  *kgo.Client
}

func (k *kafka) Connect(context.Context) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(k.brokers...), kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerBatchCompression(kgo.Lz4Compression()), kgo.ProducerLinger(0), kgo.MaxBufferedRecords(100_000))
	k.client = client
	return err
}

func (k *kafka) WriteBatch(ctx context.Context, batch service.MessageBatch) error {
	records := make([]*kgo.Record, 0, len(batch))
	for _, message := range batch {
		value, err := message.AsBytes()
		if err != nil {
			return err
		}
		record := &kgo.Record{Topic: k.topic, Value: value}
		err = message.MetaWalk(func(name, meta string) error {
			if name == "key" {
				record.Key = []byte(meta)
			} else {
				record.Headers = append(record.Headers, kgo.RecordHeader{Key: name, Value: []byte(meta)})
			}
			return nil
		})
		if err != nil {
			return err
		}
		records = append(records, record)
	}
	return k.client.ProduceSync(ctx, records...).FirstErr()
}

func (k *kafka) Close(context.Context) error {
	if k.client != nil {
		k.client.Close()
	}
	return nil
}

func newKafka(parsed *service.ParsedConfig, _ *service.Resources) (
	service.BatchOutput, service.BatchPolicy, int, error) {
	var policy service.BatchPolicy
	brokers, err := parsed.FieldString("brokers")
	if err != nil {
		return nil, policy, 0, err
	}
	topic, err := parsed.FieldString("topic")
	if err != nil {
		return nil, policy, 0, err
	}
	if policy, err = parsed.FieldBatchPolicy("batching"); err != nil {
		return nil, policy, 0, err
	}
	inFlight, err := parsed.FieldMaxInFlight()
	return &kafka{brokers: strings.Split(brokers, ","), topic: topic}, policy, inFlight, err
}

func main() {
	spec := service.NewConfigSpec().Fields(service.NewStringField("brokers"), service.NewStringField("topic"),
		service.NewBatchPolicyField("batching"), service.NewOutputMaxInFlightField())
	if err := service.RegisterBatchOutput("kafka", spec, newKafka); err != nil {
		panic(err)
	}
	service.RunCLI(context.Background())
}
