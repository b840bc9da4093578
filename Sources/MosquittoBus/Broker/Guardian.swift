/// The shell that runs mosquitto and ends it when we are gone, however that comes about.
///
/// Its standard input is a pipe from us, which the system closes with our process, even after SIGKILL. A signal at the
/// parent's death would not do: it follows the thread that has spawned the child. mosquitto is the shell's child, a
/// second shell waits for the end of the pipe with the built-in `read`; whichever ends takes the other with it.
enum Guardian {
    /// What the line begins with in which the shell tells mosquitto's process number.
    static let announcement = "guardian: broker "

    /// Arguments: mosquitto, its configuration, its socket, and the folder to be removed with the socket or nothing.
    static let script = """
        # A shell gives background jobs an empty standard input: the pipe has to be another descriptor.
        exec 3<&0 </dev/null
        broker=
        stopping=
        trap 'stopping=1; [ -z "$broker" ] || kill -TERM "$broker" 2>/dev/null' TERM INT HUP
        "$1" -c "$2" 3<&- &
        broker=$!
        echo "\(Guardian.announcement)$broker" >&2
        [ -z "$stopping" ] || kill -TERM "$broker" 2>/dev/null
        (
            read -r line <&3
            rm -f "$3"
            [ -z "$4" ] || rmdir "$4"
            kill -TERM "$broker" || exit
            tries=0
            while [ $tries -lt 50 ] && kill -0 "$broker"; do
                sleep 0.1
                tries=$((tries + 1))
            done
            kill -KILL "$broker"
        ) >/dev/null 2>&1 &
        watcher=$!
        exec 3<&-
        # A signal ends `wait` early, so that it has to be repeated until mosquitto is really gone.
        wait "$broker"
        status=$?
        while kill -0 "$broker" 2>/dev/null; do
            wait "$broker"
            status=$?
        done
        kill -TERM "$watcher" 2>/dev/null
        wait "$watcher" 2>/dev/null
        exit $status
        """
}
