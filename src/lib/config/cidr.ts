import ipaddr from 'ipaddr.js'

/** RFC 1918 and RFC 6598: what a VPC can use without hiding a part of the internet. */
const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']

/** True for an IPv4 range in CIDR form whose host bits are zero (`10.0.0.0/16`, not `10.0.0.1/16`). */
export function isIpv4Cidr(text: string): boolean {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return false
  return ipaddr.IPv4.networkAddressFromCIDR(text).toString() === text.split('/')[0]
}

/** Whether a valid IPv4 range lies in a private one. */
export function isPrivateCidr(cidr: string): boolean {
  return PRIVATE_RANGES.some((range) => prefixLength(range) <= prefixLength(cidr) && cidrsOverlap(range, cidr))
}

/** Whether two valid IPv4 ranges share an address. */
export function cidrsOverlap(a: string, b: string): boolean {
  const [addressA, bitsA] = ipaddr.IPv4.parseCIDR(a)
  const [addressB, bitsB] = ipaddr.IPv4.parseCIDR(b)
  const bits = Math.min(bitsA, bitsB)
  return addressA.match([addressB, bits])
}

/** The first /16 of 10.0.0.0/8 that shares no address with `used`, or undefined when all 256 are taken. */
export function nextFreeCidr(used: Iterable<string>): string | undefined {
  const taken = [...used]
  for (let second = 0; second < 256; second++) {
    const candidate = `10.${second}.0.0/16`
    if (!taken.some((cidr) => cidrsOverlap(candidate, cidr))) return candidate
  }
  return undefined
}

function prefixLength(cidr: string): number {
  return ipaddr.IPv4.parseCIDR(cidr)[1]
}
