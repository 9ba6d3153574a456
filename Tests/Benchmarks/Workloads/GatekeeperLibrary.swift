/// A constraint of Gatekeeper's library as Gatekeeper asks for it: a template's policy, a constraint's parameters and a review.
enum GatekeeperLibrary {
    /// `K8sContainerLimits` 1.1.0 of Gatekeeper's library (Apache License 2.0) and the library module that it imports, joined into one
    /// module, because engines are asked with one, and written in Rego v1.
    static let containerLimits: Workload = {
        let containers = (0..<12).map { index in
            """
            {"name": "c\(index)", "image": "\(index % 6 == 5 ? "quay.io/exempt" : "registry.hospital.local")/team/app-\(index):1.\(index)",
             "ports": [{"containerPort": \(8000 + index), "protocol": "TCP"}], "imagePullPolicy": "IfNotPresent",
             \(limits(of: index))}
            """
        }
        return Workload(
            name: "gatekeeper-limits", summary: "the Gatekeeper library's container limits over a pod of twelve containers", module: module,
            query: "data.k8scontainerlimits.violation",
            input: """
                {"parameters": {"cpu": "500m", "memory": "1Gi", "exemptImages": ["docker.io/library/pause:3.9", "quay.io/exempt/*"]},
                 "review": {"kind": {"group": "", "version": "v1", "kind": "Pod"}, "operation": "CREATE", "name": "pod", "namespace": "imaging",
                 "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod", "namespace": "imaging", "labels": {"app": "viewer"}},
                 "spec": {"initContainers": [\(containers[0])], "containers": [\(containers.joined(separator: ","))]}}}}
                """,
            answer: answer, target: 30)
    }()

    private static func limits(of index: Int) -> String {
        switch index {
        case 2: #""resources": {"limits": {"cpu": "2", "memory": "512Mi"}}"#
        case 4: #""resources": {"limits": {"cpu": "250m", "memory": "4Gi"}}"#
        case 7: #""resources": {"limits": {"memory": "64Mi"}}"#
        case 9: #""resources": {"limits": {"cpu": "100m", "memory": "1Mib"}}"#
        default: #""resources": {"limits": {"cpu": "\#(100 + index)m", "memory": "\#(64 + index)Mi"}, "requests": {"cpu": "100m"}}"#
        }
    }

    private static let answer = """
        [{"msg": "container <c2> cpu limit <2> is higher than the maximum allowed of <500m>"},
         {"msg": "container <c4> memory limit <4Gi> is higher than the maximum allowed of <1Gi>"},
         {"msg": "container <c7> has no cpu limit"},
         {"msg": "container <c9> memory limit <1Mib> could not be parsed"}]
        """

    private static let module = #"""
        package k8scontainerlimits

        is_exempt(container) if {
            exempt_images := object.get(object.get(input, "parameters", {}), "exemptImages", [])
            img := container.image
            exemption := exempt_images[_]
            _matches_exemption(img, exemption)
        }

        _matches_exemption(img, exemption) if {
            not endswith(exemption, "*")
            exemption == img
        }

        _matches_exemption(img, exemption) if {
            endswith(exemption, "*")
            prefix := trim_suffix(exemption, "*")
            startswith(img, prefix)
        }

        missing(obj, field) if not obj[field]

        missing(obj, field) if obj[field] == ""

        canonify_cpu(orig) := new if {
            is_number(orig)
            new := orig * 1000
        }

        canonify_cpu(orig) := new if {
            not is_number(orig)
            endswith(orig, "m")
            new := to_number(replace(orig, "m", ""))
        }

        canonify_cpu(orig) := new if {
            not is_number(orig)
            not endswith(orig, "m")
            regex.match("^[0-9]+(\\.[0-9]+)?$", orig)
            new := to_number(orig) * 1000
        }

        mem_multiple("E") := 1000000000000000000000

        mem_multiple("P") := 1000000000000000000

        mem_multiple("T") := 1000000000000000

        mem_multiple("G") := 1000000000000

        mem_multiple("M") := 1000000000

        mem_multiple("k") := 1000000

        mem_multiple("") := 1000

        mem_multiple("m") := 1

        mem_multiple("Ki") := 1024000

        mem_multiple("Mi") := 1048576000

        mem_multiple("Gi") := 1073741824000

        mem_multiple("Ti") := 1099511627776000

        mem_multiple("Pi") := 1125899906842624000

        mem_multiple("Ei") := 1152921504606846976000

        get_suffix(mem) := suffix if {
            not is_string(mem)
            suffix := ""
        }

        get_suffix(mem) := suffix if {
            is_string(mem)
            count(mem) > 0
            suffix := substring(mem, count(mem) - 1, -1)
            mem_multiple(suffix)
        }

        get_suffix(mem) := suffix if {
            is_string(mem)
            count(mem) > 1
            suffix := substring(mem, count(mem) - 2, -1)
            mem_multiple(suffix)
        }

        get_suffix(mem) := suffix if {
            is_string(mem)
            count(mem) > 1
            not mem_multiple(substring(mem, count(mem) - 1, -1))
            not mem_multiple(substring(mem, count(mem) - 2, -1))
            suffix := ""
        }

        get_suffix(mem) := suffix if {
            is_string(mem)
            count(mem) == 1
            not mem_multiple(substring(mem, count(mem) - 1, -1))
            suffix := ""
        }

        get_suffix(mem) := suffix if {
            is_string(mem)
            count(mem) == 0
            suffix := ""
        }

        canonify_mem(orig) := new if {
            is_number(orig)
            new := orig * 1000
        }

        canonify_mem(orig) := new if {
            not is_number(orig)
            suffix := get_suffix(orig)
            raw := replace(orig, suffix, "")
            regex.match("^[0-9]+(\\.[0-9]+)?$", raw)
            new := to_number(raw) * mem_multiple(suffix)
        }

        violation contains {"msg": msg} if {
            general_violation[{"msg": msg, "field": "containers"}]
        }

        violation contains {"msg": msg} if {
            general_violation[{"msg": msg, "field": "initContainers"}]
        }

        general_violation contains {"msg": msg, "field": field} if {
            input.parameters.cpu != "-1"
            container := input.review.object.spec[field][_]
            not is_exempt(container)
            cpu_orig := container.resources.limits.cpu
            not canonify_cpu(cpu_orig)
            msg := sprintf("container <%v> cpu limit <%v> could not be parsed", [container.name, cpu_orig])
        }

        general_violation contains {"msg": msg, "field": field} if {
            container := input.review.object.spec[field][_]
            not is_exempt(container)
            mem_orig := container.resources.limits.memory
            not canonify_mem(mem_orig)
            msg := sprintf("container <%v> memory limit <%v> could not be parsed", [container.name, mem_orig])
        }

        general_violation contains {"msg": msg, "field": field} if {
            container := input.review.object.spec[field][_]
            not is_exempt(container)
            not container.resources
            msg := sprintf("container <%v> has no resource limits", [container.name])
        }

        general_violation contains {"msg": msg, "field": field} if {
            container := input.review.object.spec[field][_]
            not is_exempt(container)
            not container.resources.limits
            msg := sprintf("container <%v> has no resource limits", [container.name])
        }

        general_violation contains {"msg": msg, "field": field} if {
            input.parameters.cpu != "-1"
            container := input.review.object.spec[field][_]
            not is_exempt(container)
            missing(container.resources.limits, "cpu")
            msg := sprintf("container <%v> has no cpu limit", [container.name])
        }

        general_violation contains {"msg": msg, "field": field} if {
            container := input.review.object.spec[field][_]
            not is_exempt(container)
            missing(container.resources.limits, "memory")
            msg := sprintf("container <%v> has no memory limit", [container.name])
        }

        general_violation contains {"msg": msg, "field": field} if {
            container := input.review.object.spec[field][_]
            not is_exempt(container)
            cpu_orig := container.resources.limits.cpu
            cpu := canonify_cpu(cpu_orig)
            max_cpu_orig := input.parameters.cpu
            max_cpu_orig != "-1"
            max_cpu := canonify_cpu(max_cpu_orig)
            cpu > max_cpu
            msg := sprintf("container <%v> cpu limit <%v> is higher than the maximum allowed of <%v>", [container.name, cpu_orig, max_cpu_orig])
        }

        general_violation contains {"msg": msg, "field": field} if {
            container := input.review.object.spec[field][_]
            not is_exempt(container)
            mem_orig := container.resources.limits.memory
            mem := canonify_mem(mem_orig)
            max_mem_orig := input.parameters.memory
            max_mem := canonify_mem(max_mem_orig)
            mem > max_mem
            msg := sprintf("container <%v> memory limit <%v> is higher than the maximum allowed of <%v>", [container.name, mem_orig, max_mem_orig])
        }
        """#
}
