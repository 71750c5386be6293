package main

import (
	"bufio"
	"fmt"
	"github.com/parquet-go/parquet-go"
	"os"
)

func main() {
	s := bufio.NewScanner(os.Stdin)
	for s.Scan() {
		func() {
			p := s.Text()
			defer func() {
				if r := recover(); r != nil {
					fmt.Println(p, "PANIC", r)
				}
			}()
			f, _ := os.Open(p)
			defer f.Close()
			st, _ := f.Stat()
			_, err := parquet.OpenFile(f, st.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
			if err != nil {
				fmt.Println(p, err)
			}
		}()
	}
}
