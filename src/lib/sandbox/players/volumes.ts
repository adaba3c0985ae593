import { createHash } from 'node:crypto'
import { pathOf, type LiveObject, type Player, type Stage } from './player.js'

/** What the controller of volumes of Kubernetes writes on a claim that somebody else must make a volume for. */
const WANTED = 'volume.kubernetes.io/storage-provisioner'
const PROVISIONED = 'pv.kubernetes.io/provisioned-by'
const PLAYED = 'sandbox.platform/played-volume'

interface Claim extends LiveObject {
  spec: {
    volumeName?: string
    storageClassName?: string
    accessModes?: string[]
    volumeMode?: string
    resources?: { requests?: { storage?: string } }
  }
}
interface StorageClass {
  metadata: { name: string }
  reclaimPolicy?: string
}

/** Makes volumes for claims, as the drivers of EBS and EFS do, and deletes those that nobody claims any more. */
export const playVolumes: Player = async (stage) => {
  const claims = await stage.api.list<Claim>('/api/v1/persistentvolumeclaims')
  const pending = claims.filter(isPending)
  if (pending.length > 0) {
    const classes = await stage.api.list<StorageClass>('/apis/storage.k8s.io/v1/storageclasses')
    for (const claim of pending) await makeVolume(stage, claim, classes)
  }
  const volumes = await stage.api.list<LiveObject>('/api/v1/persistentvolumes')
  for (const { metadata, spec, status } of volumes) {
    const isOver = status?.['phase'] === 'Released' && spec?.['persistentVolumeReclaimPolicy'] === 'Delete'
    if (metadata.annotations?.[PLAYED] !== undefined && isOver) await stage.api.remove(pathOf('/api/v1', 'persistentvolumes', metadata))
  }
}

function isPending({ metadata, spec, status }: Claim): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    status?.['phase'] === 'Pending' &&
    spec.volumeName === undefined &&
    metadata.annotations?.[WANTED] !== undefined
  )
}

async function makeVolume({ api, region }: Stage, { metadata, spec }: Claim, classes: readonly StorageClass[]): Promise<void> {
  const { name, namespace = '', uid = '' } = metadata
  const driver = metadata.annotations?.[WANTED] ?? ''
  const reclaim = classes.find((each) => each.metadata.name === spec.storageClassName)?.reclaimPolicy ?? 'Delete'
  await api.create('/api/v1/persistentvolumes', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}`, annotations: { [PROVISIONED]: driver, [PLAYED]: region } },
    spec: {
      capacity: { storage: spec.resources?.requests?.storage ?? '1Gi' },
      accessModes: spec.accessModes ?? ['ReadWriteOnce'],
      volumeMode: spec.volumeMode ?? 'Filesystem',
      persistentVolumeReclaimPolicy: reclaim,
      storageClassName: spec.storageClassName ?? '',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
      csi: { driver, volumeHandle: `vol-${createHash('sha256').update(uid).digest('hex').slice(0, 17)}`, fsType: 'ext4' },
    },
  })
}
