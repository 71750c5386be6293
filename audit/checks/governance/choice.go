package governance

import (
	"slices"

	"evenhand/features"
)

// choice remembers the claims of pairs of version and product codes.
type choice struct {
	versions, products *features.Dict
	sizes              [2]int
	stride             int
	pick               []int16 // by (version+1)*stride + product+1; null is -1
}

// know brings the claims up to date with the dictionaries, which only grow.
func (c *choice) know(f *facts, versions, products *features.Vector) {
	dict := func(v *features.Vector) (*features.Dict, int) {
		if v == nil {
			return nil, 0
		}
		return v.Dict, v.Dict.Len()
	}
	vs, nv := dict(versions)
	ps, np := dict(products)
	if c.pick != nil && c.versions == vs && c.products == ps && c.sizes == [2]int{nv, np} {
		return
	}
	c.versions, c.products, c.sizes, c.stride = vs, ps, [2]int{nv, np}, np+1
	c.pick = slices.Grow(c.pick[:0], (nv+1)*c.stride)[:(nv+1)*c.stride]
	for v := range nv + 1 {
		version := ""
		if v > 0 {
			version = vs.Value(int32(v - 1))
		}
		for p := range c.stride {
			c.pick[v*c.stride+p] = f.claim(version, c.product(int32(p-1)))
		}
	}
}

func (c *choice) of(version, product int32) int16 {
	return c.pick[int(version+1)*c.stride+int(product+1)]
}

// product is the name of a product's code.
func (c *choice) product(code int32) string {
	if code == features.Null {
		return ""
	}
	return c.products.Value(code)
}
