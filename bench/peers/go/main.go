// Frames to Kafka as one writes it in Go. Usage: peer BROKERS TOPIC FRAMES RULES   (FRAMES: a file or -)
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bytedance/sonic"
	"github.com/twmb/franz-go/pkg/kgo"
)

const posts = "app.bsky.feed.post"

type subject struct {
	URI string `json:"uri"`
}

type event struct {
	Did    string `json:"did"`
	Commit *struct {
		Operation  string `json:"operation"`
		Collection string `json:"collection"`
		Rkey       string `json:"rkey"`
		Record     struct {
			CreatedAt string   `json:"createdAt"`
			Langs     []string `json:"langs"`
			Reply     *struct {
				Parent subject `json:"parent"`
				Root   subject `json:"root"`
			} `json:"reply"`
			Text string `json:"text"`
		} `json:"record"`
	} `json:"commit"`
}

type author struct {
	ID      string `json:"id"`
	IsBrand bool   `json:"is_brand"`
}

type evidence struct {
	Rule   string  `json:"rule"`
	Label  string  `json:"label"`
	Weight float64 `json:"weight"`
}

type labels struct {
	Bench float64 `json:"bench,omitempty"`
}

type record struct {
	Schema     int        `json:"schema"`
	ID         string     `json:"id"`
	Platform   string     `json:"platform"`
	Kind       string     `json:"kind"`
	Action     string     `json:"action"`
	CreatedAt  string     `json:"created_at"`
	ReceivedAt string     `json:"received_at"`
	URL        string     `json:"url"`
	Lang       string     `json:"lang,omitempty"`
	Author     author     `json:"author"`
	Thread     string     `json:"thread"`
	Parent     string     `json:"parent,omitempty"`
	Brands     []string   `json:"brands,omitempty"`
	Text       string     `json:"text"`
	Labels     labels     `json:"labels"`
	Evidence   []evidence `json:"evidence,omitempty"`
	Ruleset    string     `json:"ruleset"`
}

// Lower case, words between single blanks.
func fold(text string, out []byte) []byte {
	out = append(out[:0], ' ')
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
				out = append(out, c)
			case c >= 'A' && c <= 'Z':
				out = append(out, c|0x20)
			case out[len(out)-1] != ' ':
				out = append(out, ' ')
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			out = utf8.AppendRune(out, unicode.ToLower(r))
		} else if out[len(out)-1] != ' ' {
			out = append(out, ' ')
		}
	}
	if out[len(out)-1] != ' ' {
		out = append(out, ' ')
	}
	return out
}

func toRecord(in *event, rules *Rules, folded []byte) (record, []byte) {
	post := &in.Commit.Record
	identity := "bluesky:at://" + in.Did + "/" + posts + "/" + in.Commit.Rkey
	out := record{
		Schema: 1, ID: identity, Platform: "bluesky", Kind: "post", Action: "created", CreatedAt: post.CreatedAt,
		ReceivedAt: time.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
		URL:        "https://bsky.app/profile/" + in.Did + "/post/" + in.Commit.Rkey,
		Author:     author{ID: in.Did}, Thread: identity, Text: post.Text, Ruleset: "bench"}
	if len(post.Langs) > 0 {
		out.Lang = post.Langs[0]
	}
	if post.Reply != nil {
		out.Kind = "comment"
		out.Thread = "bluesky:" + post.Reply.Root.URI
		out.Parent = "bluesky:" + post.Reply.Parent.URI
	}
	folded = fold(post.Text, folded)
	for _, hit := range rules.hits(folded) {
		if rules.isBrand[hit] {
			out.Brands = append(out.Brands, rules.names[hit])
		} else {
			out.Evidence = append(out.Evidence, evidence{rules.names[hit], "bench", 0.5})
		}
	}
	if n := float64(len(out.Evidence)); n > 0 {
		out.Labels.Bench = math.Round(1e4/(1+math.Exp(1-0.5*n))) / 1e4
	}
	return out, folded
}

type sender struct {
	client            *kgo.Client
	topic             string
	delivered, failed atomic.Int64
}

func newSender(brokers, topic string) (*sender, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(brokers, ",")...), kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerBatchCompression(kgo.Lz4Compression()), kgo.ProducerLinger(5*time.Millisecond),
		kgo.MaxBufferedRecords(100_000))
	return &sender{client: client, topic: topic}, err
}

var specversion, source, kind, content = []byte("1.0"), []byte("/hark/bench"), []byte("hark.mention.created"),
	[]byte("application/json")

func (s *sender) send(out *record) error {
	value, err := sonic.ConfigFastest.Marshal(out)
	if err != nil {
		return err
	}
	message := &kgo.Record{Topic: s.topic, Key: []byte(out.Thread), Value: value, Headers: []kgo.RecordHeader{
		{Key: "ce_specversion", Value: specversion}, {Key: "ce_id", Value: []byte(out.ID)},
		{Key: "ce_source", Value: source}, {Key: "ce_type", Value: kind},
		{Key: "ce_time", Value: []byte(out.ReceivedAt)}, {Key: "content-type", Value: content}}}
	s.client.Produce(context.Background(), message, func(_ *kgo.Record, err error) {
		if err == nil {
			s.delivered.Add(1)
		} else {
			s.failed.Add(1)
		}
	})
	return nil
}

func run(brokers, topic, frames, rulesPath string) error {
	for _, shape := range []any{event{}, record{}} {
		if err := sonic.Pretouch(reflect.TypeOf(shape)); err != nil {
			return err
		}
	}
	rules, err := readRules(rulesPath)
	if err != nil {
		return err
	}
	out, err := newSender(brokers, topic)
	if err != nil {
		return err
	}
	file := os.Stdin
	if frames != "-" {
		if file, err = os.Open(frames); err != nil {
			return err
		}
	}
	reader := bufio.NewReaderSize(file, 1<<20)
	var folded []byte
	sent := int64(0)
	for {
		line, err := reader.ReadSlice('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		var in event
		if err := sonic.ConfigFastest.Unmarshal(line, &in); err != nil {
			return err
		}
		if in.Commit == nil || in.Commit.Operation != "create" || in.Commit.Collection != posts {
			continue
		}
		var made record
		made, folded = toRecord(&in, rules, folded)
		if err := out.send(&made); err != nil {
			return err
		}
		sent++
	}
	if err := out.client.Flush(context.Background()); err != nil {
		return err
	}
	out.client.Close()
	fmt.Fprintf(os.Stderr, "%d of %d\n", out.delivered.Load(), sent)
	if out.delivered.Load() != sent {
		return fmt.Errorf("not all were delivered")
	}
	return nil
}

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: peer BROKERS TOPIC FRAMES RULES")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
