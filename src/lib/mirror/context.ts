import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'

/** What the commands hand to the use cases of mirrors. Tools are found, or installed, when they are first needed. */
export interface MirrorContext {
  ports: Ports
  project: Project
  findHelm(): Promise<string>
  findRegctl(): Promise<string>
}

/** `mirror push` may log in to ECR. */
export interface PushContext extends MirrorContext {
  target: AwsTarget
}

/** Which environments count, and what stands in for the publishers. */
export interface MirrorWish {
  /** Empty: all. */
  environments: readonly string[]
  /** A chart repository that is asked instead of those of the publishers. */
  chartsFrom?: string | undefined
  /** A registry that is asked instead of those of the publishers. The names of the images stay. */
  imagesFrom?: string | undefined
  /** Images beside those that add-ons need. */
  images?: readonly string[]
}
