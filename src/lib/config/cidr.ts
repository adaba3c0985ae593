import ipaddr from 'ipaddr.js'

/** True for an IPv4 range in CIDR form whose host bits are zero (`10.0.0.0/16`, not `10.0.0.1/16`). */
export function isIpv4Cidr(text: string): boolean {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return false
  return ipaddr.IPv4.networkAddressFromCIDR(text).toString() === text.split('/')[0]
}

/** Whether two valid IPv4 ranges share an address. */
export function cidrsOverlap(a: string, b: string): boolean {
  const [addressA, bitsA] = ipaddr.IPv4.parseCIDR(a)
  const [addressB, bitsB] = ipaddr.IPv4.parseCIDR(b)
  const bits = Math.min(bitsA, bitsB)
  return addressA.match([addressB, bits])
}
