/** Who a request is from, as API servers hand it around (Kubernetes API reference, `UserInfo`). */
export interface UserInfo {
  username?: string
  uid?: string
  groups?: string[]
  extra?: Record<string, string[]>
}

/** What an API server asks about a bearer token, and the answer (`authentication.k8s.io`, `TokenReview`). */
export interface TokenReview {
  apiVersion: string
  kind: 'TokenReview'
  spec: { token?: string; audiences?: string[] }
  status?: { authenticated: boolean; user?: UserInfo; error?: string }
}

export interface ResourceAttributes {
  /** Empty for all namespaces, and for resources that are in none. */
  namespace?: string
  verb?: string
  group?: string
  version?: string
  resource?: string
  subresource?: string
  name?: string
}

/** What an API server asks about one request, and the answer (`authorization.k8s.io`, `SubjectAccessReview`). */
export interface SubjectAccessReview {
  apiVersion: string
  kind: 'SubjectAccessReview'
  spec: {
    user?: string
    uid?: string
    groups?: string[]
    extra?: Record<string, string[]>
    resourceAttributes?: ResourceAttributes
    nonResourceAttributes?: { path?: string; verb?: string }
  }
  /** Neither allowed nor denied is no opinion: the API server asks its next authorizer. */
  status?: { allowed: boolean; denied?: boolean; reason?: string }
}
