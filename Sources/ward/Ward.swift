#if AUTHORING_ONLY
    import AuthoringCLI
#else
    import WardCLI
#endif

@main
enum Ward {
    static func main() {
        #if AUTHORING_ONLY
            AuthoringMain.run()
        #else
            WardMain.run()
        #endif
    }
}
