using System.Diagnostics;

namespace Packetboat.Bench.Relay;

/// <summary>Directories of a comparison.</summary>
internal sealed class Workplace
{
    private readonly string _root;
    private int _runs;

    public Workplace(string root, string peers)
    {
        _root = Directory.CreateDirectory(root).FullName;
        Peers = Path.GetFullPath(peers);
        (Certificate, Key) = (Path.Combine(_root, "cert.pem"), Path.Combine(_root, "key.pem"));
        if (File.Exists(Certificate))
            return;
        using Process openssl = Process.Start(
            new ProcessStartInfo("openssl")
            {
                ArgumentList =
                {
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-nodes",
                    "-days",
                    "3650",
                    "-subj",
                    "/CN=mail.bench.test",
                    "-keyout",
                    Key,
                    "-out",
                    Certificate,
                },
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        openssl.WaitForExit();
        File.SetUnixFileMode(Key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public string Peers { get; }

    public string Certificate { get; }

    public string Key { get; }

    public string NewDirectory(string name)
    {
        string directory = Path.Combine(_root, $"{name}-{++_runs}");
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        return Directory.CreateDirectory(directory).FullName;
    }
}
