package main

/*
#cgo pkg-config: libhs
#include <hs.h>
#include <stdlib.h>

typedef struct {
    unsigned* ids;
    unsigned count;
} found_t;

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void* context) {
    found_t* found = context;
    found->ids[found->count++] = id;
    return 0;
}

// At most one match a rule: `ids` has room for all rules.
static int scan(const hs_database_t* database, hs_scratch_t* scratch, const char* text, unsigned size,
                unsigned* ids, unsigned* count) {
    found_t found = {ids, 0};
    const int error = hs_scan(database, text, size, 0, scratch, on_match, &found);
    *count = found.count;
    return error;
}
*/
import "C"

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"unsafe"
)

// Rules finds whole words and phrases in folded text. Not for use by two goroutines at a time.
type Rules struct {
	names    []string
	isBrand  []bool
	database *C.hs_database_t
	scratch  *C.hs_scratch_t
	ids      []uint32
}

func readRules(path string) (*Rules, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rules := &Rules{}
	var expressions []*C.char
	var sizes []C.size_t
	var flags, ids []C.uint
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		name, words, _ := strings.Cut(lines.Text(), "\t")
		ids = append(ids, C.uint(len(rules.names)))
		flags = append(flags, C.HS_FLAG_SINGLEMATCH)
		expressions = append(expressions, C.CString(" "+words+" "))
		sizes = append(sizes, C.size_t(len(words)+2))
		rules.names = append(rules.names, name)
		rules.isBrand = append(rules.isBrand, !strings.Contains(name, "."))
	}
	var compileError *C.hs_compile_error_t
	if C.hs_compile_lit_multi(&expressions[0], &flags[0], &ids[0], &sizes[0], C.uint(len(ids)), C.HS_MODE_BLOCK, nil,
		&rules.database, &compileError) != C.HS_SUCCESS {
		return nil, fmt.Errorf("rules: %s", C.GoString(compileError.message))
	}
	if C.hs_alloc_scratch(rules.database, &rules.scratch) != C.HS_SUCCESS {
		return nil, fmt.Errorf("no scratch")
	}
	rules.ids = make([]uint32, len(ids))
	return rules, lines.Err()
}

// Hits are the numbers of the rules that match, in order; valid until the next call.
func (rules *Rules) hits(folded []byte) []uint32 {
	var count C.uint
	if C.scan(rules.database, rules.scratch, (*C.char)(unsafe.Pointer(&folded[0])), C.uint(len(folded)),
		(*C.uint)(unsafe.Pointer(&rules.ids[0])), &count) != C.HS_SUCCESS {
		panic("hs_scan")
	}
	found := rules.ids[:count]
	slices.Sort(found)
	return found
}
