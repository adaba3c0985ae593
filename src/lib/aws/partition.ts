/** The first part of ARNs in a region. Source: AWS General Reference, "Amazon Resource Names". */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  return 'aws'
}

/** The end of host names of AWS in a region. Source: AWS General Reference, "AWS service endpoints". */
export function dnsSuffixOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
}
