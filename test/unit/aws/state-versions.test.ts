import { expect, it } from 'vitest'
import { listStateVersions, readStateVersion } from '../../../src/lib/aws/state-versions.js'
import { awsError, fakeAws } from '../../helpers/fake-aws.js'

const at = { bucket: 'state', key: 'environments/dev/terraform.tfstate' }
const body = (serial: number): string => JSON.stringify({ serial, lineage: 'l', resources: [{ mode: 'managed', instances: [{}] }] })
const texts: Record<string, string> = { v1: body(1), v2: '{"half', v3: body(3) }
const day = (n: number): Date => new Date(Date.UTC(2030, 0, n))

function world() {
  return fakeAws({
    ListObjectVersions: ({ KeyMarker }) =>
      KeyMarker === undefined
        ? {
            IsTruncated: true,
            NextKeyMarker: at.key,
            NextVersionIdMarker: 'v3',
            Versions: [{ Key: at.key, VersionId: 'v3', LastModified: day(3), Size: 30, IsLatest: false }],
            DeleteMarkers: [{ Key: at.key, VersionId: 'd4', LastModified: day(4), IsLatest: true }],
          }
        : {
            IsTruncated: true,
            NextKeyMarker: `${at.key}.tflock`,
            Versions: [
              { Key: at.key, VersionId: 'v2', LastModified: day(2), Size: 6 },
              { Key: at.key, VersionId: 'v1', LastModified: day(1), Size: 10 },
              { Key: `${at.key}.tflock`, VersionId: 'l1', LastModified: day(5), IsLatest: true },
            ],
          },
    GetObject: ({ VersionId }) => {
      const text = texts[String(VersionId)]
      if (text === undefined) throw awsError('NoSuchVersion', 404)
      return { Body: { transformToString: async () => text } }
    },
  })
}

it('lists every version of the state and no other key, newest first', async () => {
  const { clients, calls } = world()
  await expect(listStateVersions(clients, at, 10)).resolves.toMatchObject([
    { versionId: 'd4', current: true, deleted: true, resources: 0, savedAt: '2030-01-04T00:00:00.000Z' },
    { versionId: 'v3', current: false, deleted: false, serial: 3, resources: 1, size: 30 },
    { versionId: 'v2', unreadable: true, resources: 0 },
    { versionId: 'v1', serial: 1 },
  ])
  expect(calls.filter(({ operation }) => operation === 'ListObjectVersions')).toHaveLength(2)
})

it('reads no more versions than asked for', async () => {
  const { clients, calls } = world()
  await expect(listStateVersions(clients, at, 2)).resolves.toHaveLength(2)
  expect(calls.filter(({ operation }) => operation === 'GetObject')).toHaveLength(1)
})

it('knows no versions without a bucket, and none with another id', async () => {
  const missing = fakeAws({
    ListObjectVersions: () => {
      throw awsError('NoSuchBucket', 404)
    },
  })
  await expect(listStateVersions(missing.clients, at, 5)).resolves.toEqual([])
  await expect(readStateVersion(world().clients, at, 'other')).resolves.toBeUndefined()
})
