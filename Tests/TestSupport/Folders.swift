public import Foundation

/// A new folder that only this process uses. It goes when the process ends.
public func temporaryFolder() throws -> URL {
  let folder = folderOfProcess.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  return folder
}

/// Databases of a run of all tests are gigabytes.
private let folderOfProcess: URL = {
  atexit { try? FileManager.default.removeItem(at: folderOfProcess) }
  return FileManager.default.temporaryDirectory.appendingPathComponent("countersign-tests-\(UUID().uuidString)")
}()

/// The repository's top folder, found from this file.
public let repository: URL = {
  var folder = URL(fileURLWithPath: #filePath)
  while folder.path != "/", !FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path)
  {
    folder.deleteLastPathComponent()
  }
  return folder
}()
